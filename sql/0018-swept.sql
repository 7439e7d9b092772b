-- What the rolling look at everything need not look at again. services/pipeline ----------------------------------------

-- A day as it was when all of it was last looked at: while its digest and the rules are the same, another look would say the same.
create table swept (
  mission text not null,
  start_time timestamptz not null,
  rules text not null,
  digest text not null,
  at timestamptz not null,
  primary key (mission, start_time)
);

-- The day that is being looked at, as it was before.
alter table sweep add column day timestamptz;
alter table sweep add column digest text;
