-- Burst: what was ordered of the payload operations center, what it has shown to know, and which buffers have come.

-- services/burst ------------------------------------------------------------------------------------------------------

create table burst_order (
  segment bigint primary key references burst_segment (id),
  mission text not null,
  burst_window text not null,
  revision int not null,
  wanted boolean not null,
  fom double precision not null,
  spacecraft int[] not null,
  -- The highest revision that each memory has shown, and starts of buffers that arrived, per spacecraft.
  shown int[] not null,
  received jsonb not null,
  -- Neither pending here nor unknown there.
  settled boolean not null default false
);
create index burst_order_open on burst_order (mission) where not settled;

-- The newest report of each memory.
create table burst_report (
  mission text not null,
  spacecraft int not null,
  sequence bigint not null,
  at timestamptz not null,
  report jsonb not null,
  primary key (mission, spacecraft)
);
