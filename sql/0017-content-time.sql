-- The time that the content of raw telemetry is of, which its name need not tell.
create index file_content on file using gist (int8range(coverage_start, greatest(coverage_start, coverage_stop), '[]'))
  where kind = 'telemetry' and coverage_start is not null;
