-- The ledger. Written for PostgreSQL 15 and later. Each table has one writing module, named above it.
-- Times: timestamptz = UTC instants (what names and clocks say); coverage_* = TT2000 nanoseconds (what contents say).

-- services/catalog -------------------------------------------------------------------------------------------------

create table file (
  id bigint generated always as identity primary key,
  mission text not null,
  name text collate "C" not null,
  product text not null,
  dataset text collate "C" not null,
  spacecraft text not null,
  kind text not null,
  partition text collate "C" not null,
  start_time timestamptz not null,
  stop_time timestamptz not null,
  version int[] not null,
  version_text text not null,
  size bigint not null check (size >= 0),
  sha256 text not null check (length(sha256) = 64),
  path text not null,
  state text not null default 'held' check (state in ('held', 'retired', 'lost')),
  latest boolean not null,
  public boolean not null,
  simulated boolean not null,
  coverage_start bigint,
  coverage_stop bigint,
  records bigint,
  -- Facts read from the content that planning and pages use: contacts of a report, packets per APID, number of variables.
  content jsonb not null default '{}',
  -- Contradictions and remarks found at ingest; never a reason to refuse.
  findings jsonb not null default '[]',
  arrived_at timestamptz not null,
  modified_at timestamptz not null,
  actor text not null,
  job bigint,
  recipe text,
  unique (mission, name)
);
-- The highest version of a partition; kept in the transaction that adds a version.
create unique index file_latest on file (mission, dataset, partition) where latest;
create index file_start on file (mission, dataset, start_time);
create index file_arrived on file (arrived_at desc);
create index file_sha on file (sha256);
create index file_path on file (path);
create index file_version on file (mission, dataset, partition, version desc);
create index file_product on file (mission, product, start_time) where latest;

create table file_parent (
  child bigint not null references file,
  -- A parent that is known by name and not held has no id.
  parent bigint references file,
  role text not null,
  name text not null,
  primary key (child, role, name)
);
create index file_parent_parent on file_parent (parent);

-- What followers need, numbered in commit order without holes: the counter row is taken last in the transaction.
create table event_counter (one boolean primary key default true check (one), last bigint not null default 0);
insert into event_counter default values;
create table event (
  sequence bigint primary key,
  at timestamptz not null,
  kind text not null,
  mission text not null,
  file bigint references file,
  actor text not null,
  detail jsonb not null default '{}'
);

create table quarantine (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  mission text,
  name text not null,
  size bigint not null,
  sha256 text,
  path text,
  code text not null,
  reason text not null,
  actor text not null,
  -- The same bytes refused for the same reason are one row, however often they come.
  unique nulls not distinct (name, sha256, code)
);

-- Orbits, contacts, regions of interest: from ingested files, replaced by higher versions of them.
create table mission_event (
  mission text not null,
  kind text not null,
  key text collate "C" not null,
  spacecraft text not null,
  start_time timestamptz not null,
  stop_time timestamptz not null,
  -- For contacts: the recorded data that this contact brings down.
  data_start timestamptz,
  data_stop timestamptz,
  state text not null,
  reason text,
  file bigint references file,
  primary key (mission, kind, key, spacecraft)
);

-- services/pipeline ------------------------------------------------------------------------------------------------

-- A cache of plan(), rebuildable; reason is what people and why-chains read.
create table cell (
  mission text not null,
  dataset text collate "C" not null,
  partition text collate "C" not null,
  product text not null,
  spacecraft text not null,
  process text,
  start_time timestamptz not null,
  stop_time timestamptz not null,
  due_at timestamptz,
  have text not null check (have in ('none', 'partial', 'full', 'no-data')),
  next text not null check (next in ('none', 'waiting', 'ready', 'running', 'held', 'failed', 'lost')),
  reason jsonb not null default '{}',
  file bigint references file,
  recipe text,
  changed_at timestamptz not null,
  primary key (mission, dataset, partition)
);
create index cell_open on cell (mission, next) where next <> 'none';

create table job (
  id bigint generated always as identity primary key,
  mission text not null,
  process text not null,
  spacecraft text not null,
  partition text collate "C" not null,
  start_time timestamptz not null,
  stop_time timestamptz not null,
  partition_kind text not null,
  recipe text not null,
  generation int not null default 0,
  state text not null check (state in ('ready', 'running', 'made', 'no-data', 'failed', 'cancelled')),
  inputs jsonb not null,
  outputs jsonb not null,
  tries int not null default 0,
  priority int not null,
  created_at timestamptz not null,
  not_before timestamptz not null,
  ended_at timestamptz,
  message text
);
-- Invariant 4: one active job per process, spacecraft and partition; one job per recipe and generation.
create unique index job_active on job (mission, process, spacecraft, partition) where state in ('ready', 'running');
create unique index job_recipe on job (mission, process, spacecraft, partition, recipe, generation) where state <> 'cancelled';
create index job_recent on job (created_at desc);

create table attempt (
  id bigint generated always as identity primary key,
  job bigint not null references job,
  number int not null,
  worker text not null,
  -- The fencing token: completion with another one touches no row.
  token text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  outcome text check (outcome in ('made', 'no-data', 'try-again', 'failed', 'lost', 'refused')),
  exit_code int,
  signal text,
  message text,
  log text,
  unique (job, number)
);

-- An output version belongs to one job from the moment the job is made; given back when it fails for good.
create table reserved_version (
  mission text not null,
  dataset text collate "C" not null,
  partition text collate "C" not null,
  version int[] not null,
  job bigint not null references job,
  primary key (mission, dataset, partition, version)
);

-- A recipe that was run and found to give the science content of a file that exists (or no data): not to be run again.
create table verified (
  mission text not null,
  dataset text collate "C" not null,
  partition text collate "C" not null,
  recipe text not null,
  outcome text not null check (outcome in ('made', 'no-data')),
  -- The job that found it, and the order of verdicts: clocks tie and jump, job numbers do not.
  job bigint not null references job,
  at timestamptz not null,
  primary key (mission, dataset, partition, recipe)
);

create table cursor (follower text primary key, sequence bigint not null);

-- services/people ---------------------------------------------------------------------------------------------------

create table token (
  name text primary key,
  role text not null check (role in ('viewer', 'team', 'instrument', 'operator', 'admin')),
  hash text not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  -- A one-time sign-in link is a token that is used up.
  once boolean not null default false,
  expires_at timestamptz
);

create table session (
  hash text primary key,
  actor text not null,
  role text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  actor text not null,
  act text not null,
  object text not null,
  detail jsonb not null default '{}'
);
