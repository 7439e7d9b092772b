-- Burst selection: windows, who selects, drafts, submissions, stored segments.

-- services/burst ------------------------------------------------------------------------------------------------------

-- One window per evaluation of trigger metadata. `automatic` is the selection that stands if nobody else selects.
create table burst_window (
  id bigint generated always as identity primary key,
  mission text not null,
  evaluation text collate "C" not null,
  opened_at timestamptz not null,
  deadline timestamptz not null,
  automatic jsonb not null,
  regions jsonb not null default '[]',
  state text not null default 'open' check (state in ('open', 'closed')),
  warned int not null default 0,
  closed_at timestamptz,
  -- null and closed: the automated selection stands.
  decided_by bigint,
  unique (mission, evaluation),
  check ((state = 'closed') = (closed_at is not null))
);
create index burst_window_open on burst_window (deadline) where state = 'open';
create index burst_window_newest on burst_window (mission, opened_at desc);

create table burst_selector (
  mission text not null,
  person text not null,
  role text not null check (role in ('sitl', 'super-sitl')),
  primary key (mission, person)
);

create table burst_duty (
  mission text not null,
  person text not null,
  place text not null check (place in ('duty', 'deck')),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  primary key (mission, place, starts_at),
  foreign key (mission, person) references burst_selector (mission, person),
  check (ends_at > starts_at)
);

-- Drafts are versions with names; none is ever changed.
create table burst_draft (
  id bigint generated always as identity primary key,
  burst_window bigint not null references burst_window (id),
  name text not null,
  selection jsonb not null,
  edits jsonb not null default '[]',
  actor text not null,
  at timestamptz not null,
  unique (burst_window, name)
);

-- Immutable but for the decision on one that waits. The hash is of all that was sent, so the same again is the same row.
create table burst_submission (
  id bigint generated always as identity primary key,
  burst_window bigint not null references burst_window (id),
  sha256 text not null,
  final boolean not null,
  selection jsonb not null,
  justifications jsonb not null,
  verdict jsonb not null,
  state text not null check (state in ('refused', 'awaiting-approval', 'accepted', 'rejected')),
  actor text not null,
  on_behalf text,
  at timestamptz not null,
  decided_by text,
  decided_at timestamptz,
  reason text,
  unique (burst_window, sha256)
);
-- A window is closed by one final selection at the most.
create unique index burst_submission_final on burst_submission (burst_window) where final and state = 'accepted';

alter table burst_window add foreign key (decided_by) references burst_submission (id);

-- The back structure: one row per stored segment, its history inside of the record.
create table burst_segment (
  id bigint generated always as identity primary key,
  mission text not null,
  burst_window bigint references burst_window (id),
  start_tai bigint not null,
  end_tai bigint not null,
  finished boolean not null default false,
  record jsonb not null
);
create index burst_segment_time on burst_segment (mission, start_tai);
create index burst_segment_pending on burst_segment (mission) where not finished;
