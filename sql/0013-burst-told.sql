-- Burst: which state of a stored segment the mission events tell.

-- services/burst ------------------------------------------------------------------------------------------------------

-- A digest of the record; what has changed since is told at the next look.
alter table burst_segment add column told text;
create index burst_segment_untold on burst_segment (mission) where told is distinct from md5(record::text);
