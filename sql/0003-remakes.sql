-- Remakes: what a file says in science, verdicts on remakes, the regression guard, code releases, campaigns.

-- services/catalog -------------------------------------------------------------------------------------------------

-- SHA-256 of the content without provenance (dates, versions, names of parents): equal where nothing in science changed.
alter table file add column science text check (length(science) = 64);

-- services/pipeline ------------------------------------------------------------------------------------------------

-- `kept`: the remade content equals that of `file`, which stays. `rejected`: a person kept `file` instead of what was made.
alter table verified add column file bigint references file;
alter table verified drop constraint verified_outcome_check;
alter table verified add constraint verified_outcome_check check (outcome in ('made', 'kept', 'no-data', 'rejected'));

alter table job drop constraint job_state_check;
alter table job add constraint job_state_check
  check (state in ('ready', 'running', 'made', 'no-data', 'failed', 'cancelled', 'held', 'rejected', 'superseded'));
alter table job add column campaign bigint;
-- The code it is to run with, chosen with its versions: null where its package has no release in production.
alter table job add column code text;

-- What is enough to remake what a try made: the job file as the program read it, the code, and where it ran.
alter table attempt add column job_file jsonb;
alter table attempt add column package text;
alter table attempt add column code text;
alter table attempt add column environment text;
-- Hash over recipe, code and environment: equal where a remake must be equal.
alter table attempt add column recipe text;
alter table attempt drop constraint attempt_outcome_check;
alter table attempt add constraint attempt_outcome_check
  check (outcome in ('made', 'no-data', 'try-again', 'failed', 'lost', 'refused', 'held'));

create table environment (fingerprint text primary key, detail jsonb not null, first_seen timestamptz not null);

-- Outputs that cover less than what they would replace. Bytes lie aside until a person decides.
create table held_output (
  job bigint not null references job,
  name text not null,
  dataset text collate "C" not null,
  path text not null,
  size bigint not null,
  sha256 text not null,
  -- The file that it would replace, and what is less: [{what, before, after}]; empty for what came with a held one.
  replaces bigint references file,
  less jsonb not null,
  at timestamptz not null,
  primary key (job, name)
);

create table code_release (
  package text not null,
  digest text not null check (length(digest) = 64),
  state text not null check (state in ('registered', 'staging', 'production', 'retired')),
  -- What rises in products that this code makes anew.
  rise text not null check (rise in ('revision', 'quality')),
  source text not null,
  note text not null default '',
  files int not null,
  bytes bigint not null,
  registered_at timestamptz not null,
  registered_by text not null,
  primary key (package, digest)
);
create unique index code_production on code_release (package) where state = 'production';

-- Every change of a release's state, for ever.
create table code_move (
  id bigint generated always as identity primary key,
  package text not null,
  digest text not null,
  before text not null,
  after text not null,
  at timestamptz not null,
  actor text not null,
  reason text not null default '',
  foreign key (package, digest) references code_release
);

-- One run of a release in staging on the inputs of a file's job; its outputs lie aside, nobody downloads them.
create table staged_run (
  id bigint generated always as identity primary key,
  package text not null,
  digest text not null,
  job bigint not null references job,
  outcome text not null,
  message text,
  folder text not null,
  -- [{role, name, base, sha256, science}]: what was made, beside the file that is published.
  outputs jsonb not null default '[]',
  environment text,
  seconds double precision not null,
  at timestamptz not null,
  actor text not null,
  foreign key (package, digest) references code_release
);
create index staged_run_release on staged_run (package, digest, job);

create table code_report (
  id bigint generated always as identity primary key,
  package text not null,
  digest text not null,
  at timestamptz not null,
  actor text not null,
  report jsonb not null,
  foreign key (package, digest) references code_release
);

create table campaign (
  id bigint generated always as identity primary key,
  mission text not null,
  title text not null,
  state text not null check (state in ('proposed', 'approved', 'running', 'paused', 'cancelled', 'done')),
  -- What proposed it: {kind: person} | {kind: code, package, digest} | {kind: input, file}.
  cause jsonb not null,
  scope jsonb not null,
  forecast jsonb not null,
  report jsonb,
  proposed_at timestamptz not null,
  proposed_by text not null,
  approved_at timestamptz,
  approved_by text,
  started_at timestamptz,
  ended_at timestamptz
);
-- A large input proposes one campaign, however often it is looked at.
create unique index campaign_input on campaign (mission, ((cause ->> 'file'))) where cause ->> 'kind' = 'input';

create table campaign_move (
  id bigint generated always as identity primary key,
  campaign bigint not null references campaign,
  before text not null,
  after text not null,
  at timestamptz not null,
  actor text not null,
  reason text not null default ''
);

-- One piece of work to be made again. `job` from the moment it is made.
create table campaign_item (
  campaign bigint not null references campaign,
  process text not null,
  spacecraft text not null,
  partition text collate "C" not null,
  partition_kind text not null,
  start_time timestamptz not null,
  stop_time timestamptz not null,
  rank int not null,
  state text not null check (state in ('waiting', 'queued', 'made', 'kept', 'no-data', 'held', 'failed', 'skipped')),
  job bigint references job,
  message text,
  primary key (campaign, process, spacecraft, partition)
);
create index campaign_item_next on campaign_item (campaign, state, rank, start_time);
create index campaign_item_job on campaign_item (job);
alter table job add constraint job_campaign foreign key (campaign) references campaign;
create index job_campaign_active on job (campaign, state) where campaign is not null;
-- History of a process, for forecasts.
create index attempt_job_made on attempt (job) where outcome in ('made', 'no-data');
