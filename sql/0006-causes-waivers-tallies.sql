-- What lets questions about millions of files and cells be answered from indexes and counts instead of whole tables.

-- services/pipeline: who blames whom --------------------------------------------------------------------------------

create function cause_keys(reason jsonb) returns text[] language sql immutable parallel safe as
  $$ select array(select (cause ->> 'dataset') || ' ' || (cause ->> 'partition') from jsonb_array_elements(reason -> 'causes') cause) $$;
-- From a root to the cells that blame it; open cells only have causes, so it stays small.
create index cell_blames on cell using gin (cause_keys(reason)) with (fastupdate = off) where reason ? 'causes';

create index cell_time on cell (mission, start_time);
create index cell_dataset on cell (mission, dataset, start_time);
create index cell_product on cell (mission, product, start_time);
create index cell_unmade on cell (mission, start_time) where next <> 'none' or have in ('none', 'partial');

-- A person's word that a product will not come, and that this is known. Revoked, never deleted.
create table waiver (
  id bigint generated always as identity primary key,
  mission text not null,
  dataset text collate "C" not null,
  partition text collate "C" not null,
  reason text not null,
  actor text not null,
  at timestamptz not null,
  revoked_at timestamptz,
  revoked_by text
);
create unique index waiver_valid on waiver (mission, dataset, partition) where revoked_at is null;

-- Counts: each statement that changes files or cells adds a row with what it changed, so that writers never wait for each other;
-- fold_tallies() adds them up now and then. Who wants a count sums over the rows there are.

create table cell_tally (
  mission text not null,
  product text not null,
  dataset text collate "C" not null,
  have text not null,
  next text not null,
  kind text not null,
  cells bigint not null,
  -- The longest cell ever, in seconds: how far back a search for what overlaps a time must begin.
  longest double precision not null
);
create index cell_tally_dataset on cell_tally (mission, dataset);

create function tally_cells() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    insert into cell_tally select mission, product, dataset, have, next, coalesce(reason ->> 'kind', 'inputs'), -count(*), 0
      from gone group by 1, 2, 3, 4, 5, 6;
  end if;
  if tg_op <> 'DELETE' then
    insert into cell_tally
      select mission, product, dataset, have, next, coalesce(reason ->> 'kind', 'inputs'), count(*),
        max(extract(epoch from stop_time - start_time)) from come group by 1, 2, 3, 4, 5, 6;
  end if;
  return null;
end $$;
create trigger cell_come after insert on cell referencing new table as come for each statement execute function tally_cells();
create trigger cell_gone after delete on cell referencing old table as gone for each statement execute function tally_cells();
create trigger cell_change after update on cell referencing old table as gone new table as come
  for each statement execute function tally_cells();

-- services/catalog ----------------------------------------------------------------------------------------------------

create table file_tally (
  mission text not null,
  product text not null,
  dataset text collate "C" not null,
  spacecraft text not null,
  kind text not null,
  latest boolean not null,
  public boolean not null,
  state text not null,
  files bigint not null,
  bytes numeric not null,
  longest double precision not null
);
create index file_tally_product on file_tally (mission, product);

create function tally_files() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    insert into file_tally select mission, product, dataset, spacecraft, kind, latest, public, state, -count(*), -sum(size), 0
      from gone group by 1, 2, 3, 4, 5, 6, 7, 8;
  end if;
  if tg_op <> 'DELETE' then
    insert into file_tally
      select mission, product, dataset, spacecraft, kind, latest, public, state, count(*), sum(size),
        max(extract(epoch from stop_time - start_time)) from come group by 1, 2, 3, 4, 5, 6, 7, 8;
  end if;
  return null;
end $$;
create trigger file_come after insert on file referencing new table as come for each statement execute function tally_files();
create trigger file_gone after delete on file referencing old table as gone for each statement execute function tally_files();
create trigger file_change after update on file referencing old table as gone new table as come
  for each statement execute function tally_files();

create index file_time on file (mission, start_time);

-- Each takes the rows that it deletes and no others, so that two at once, or a crash, count nothing twice.
create function fold_tallies() returns void language sql as $$
  with taken as (delete from file_tally returning *)
  insert into file_tally
    select mission, product, dataset, spacecraft, kind, latest, public, state, sum(files), sum(bytes), max(longest)
    from taken group by 1, 2, 3, 4, 5, 6, 7, 8;
  with taken as (delete from cell_tally returning *)
  insert into cell_tally
    select mission, product, dataset, have, next, kind, sum(cells), max(longest) from taken group by 1, 2, 3, 4, 5, 6;
$$;

-- What is there already.
insert into file_tally
  select mission, product, dataset, spacecraft, kind, latest, public, state, count(*), sum(size),
    max(extract(epoch from stop_time - start_time)) from file group by 1, 2, 3, 4, 5, 6, 7, 8;
insert into cell_tally
  select mission, product, dataset, have, next, coalesce(reason ->> 'kind', 'inputs'), count(*),
    max(extract(epoch from stop_time - start_time)) from cell group by 1, 2, 3, 4, 5, 6;
