-- Burst: files of selection that are kept as they came or as they were first written.

-- services/burst ------------------------------------------------------------------------------------------------------

-- Edits of stored segments (bdm_sitl_changes) and lists of the ground loop (gls_selections_NAME). Never changed.
create table burst_file (
  id bigint generated always as identity primary key,
  mission text not null,
  type text not null,
  name text not null,
  -- The time in the name.
  made_at timestamptz not null,
  actor text not null,
  taken_at timestamptz not null,
  sha256 text not null,
  bytes bytea not null,
  -- What became of it: ids of segments, or lines taken, snapped and refused.
  outcome jsonb not null,
  unique (mission, name)
);
create index burst_file_time on burst_file (mission, type, made_at desc);
