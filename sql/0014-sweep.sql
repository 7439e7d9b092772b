-- How far the rolling look at everything has come, one row for each mission. services/pipeline -------------------------

create table sweep (
  mission text primary key,
  -- Digest of the mission's products and rules when the pass began: with others it begins anew.
  rules text not null,
  began_at timestamptz not null,
  -- It goes from what is newest back in time: everything that starts then or later was looked at. Null before the first slice.
  back_to timestamptz,
  partitions bigint not null default 0,
  -- When the pass came to its end; the next begins a day later, or with the next start of the planner.
  ended_at timestamptz
);
