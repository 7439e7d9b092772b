-- Burst: files that came before their segment was stored.

-- services/burst ------------------------------------------------------------------------------------------------------

-- Whether the files that were there already have been counted; later ones are counted as they come.
alter table burst_segment add column sought boolean not null default false;
create index burst_segment_unsought on burst_segment (mission) where not sought;
