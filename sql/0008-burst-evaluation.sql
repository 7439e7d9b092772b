-- Burst: what was evaluated of each cycle, and which evaluation a window stands on.

-- services/burst ------------------------------------------------------------------------------------------------------

-- One row per spacecraft and cycle, of the newest evaluation. `mdq` is the mission's, so the same on each spacecraft.
create table burst_cycle (
  mission text not null,
  spacecraft int not null,
  -- TAI seconds since 1958 of its start.
  tai bigint not null,
  -- Trigger data numbers; null: none came.
  numbers real[],
  cdq real,
  mdq real not null,
  evaluation text not null,
  primary key (mission, spacecraft, tai)
);

-- The science region that a window is of (the start of its partition), the file of its newest evaluation, and how many there were.
alter table burst_window add column region text;
alter table burst_window add column file bigint references file;
alter table burst_window add column evaluated int not null default 0;
create unique index burst_window_region on burst_window (mission, region) where region is not null;
