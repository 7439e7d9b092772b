-- Executors: what a try ran under, who works, what running jobs hold.

-- services/pipeline ------------------------------------------------------------------------------------------------

-- Tries that say nothing about the program: the worker was lost, or at fault itself.
alter table job add column uncounted int not null default 0;

alter table attempt add column executor text;
alter table attempt add column confinement text;
-- Names the program where it runs outside of its worker (a cluster's job). Cleared when the program is known to be gone.
alter table attempt add column handle text;
-- Command, host, limits, use of processor and memory, files it left: for people who look for a cause.
alter table attempt add column detail jsonb not null default '{}';
alter table attempt drop constraint attempt_outcome_check;
alter table attempt add constraint attempt_outcome_check
  check (outcome in ('made', 'no-data', 'try-again', 'failed', 'lost', 'refused', 'held', 'cancelled', 'fault'));
create index attempt_open on attempt (job) where ended_at is null;
create index attempt_handle on attempt (executor) where handle is not null and ended_at is not null;

-- What running jobs hold of what is scarce: licences, a host's memory. Gone with the try, however it ends.
create table holding (
  job bigint not null references job,
  resource text not null,
  amount bigint not null check (amount > 0),
  primary key (job, resource)
);

-- services/executor ------------------------------------------------------------------------------------------------

-- Workers that are heard of, on the database's clock. A fault is the worker's own (a full disk): it takes no jobs meanwhile.
create table worker (
  name text primary key,
  host text not null,
  executor text not null,
  confinement text not null,
  slots int not null,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  fault text,
  fault_at timestamptz
);
