-- In indexes of millions of rows what tells rows apart comes first: a mission's name is the same in all of them, and comparing it first is
-- half of what building and searching cost. A partition's key sorts by time, so what arrives today goes to one end of an index, not to as
-- many places as there are datasets. services/catalog, services/pipeline

drop index file_latest;
create unique index file_latest on file (partition, dataset, mission) where latest;
drop index file_version;
create index file_version on file (partition, dataset, mission, version desc);
drop index file_start;
create index file_start on file (dataset, start_time);
drop index file_product;
create index file_product on file (product, start_time);
alter table file drop constraint file_mission_name_key;
alter table file add constraint file_mission_name_key unique (name, mission);
-- A path ends with the file's name, which has an index.
drop index file_path;

alter table cell drop constraint cell_pkey;
alter table cell add constraint cell_pkey primary key (partition, dataset, mission);
drop index cell_dataset;
create index cell_dataset on cell (dataset, start_time);
drop index cell_product;
create index cell_product on cell (product, start_time);
