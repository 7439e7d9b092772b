-- Mission events of every kind: what planning takes orbits, regions, bursts and modes from.
-- services/catalog -------------------------------------------------------------------------------------------------

-- Of a region its word (sroi), of a mode the instrument and the mode (fpi fast, fpi off).
alter table mission_event add column name text not null default '';
-- Starts (of a contact: of its data) that earlier lists gave the event: cells of those times are told where it went.
alter table mission_event add column former timestamptz[] not null default '{}';
create index mission_event_time on mission_event using gist (tstzrange(coalesce(data_start, start_time), coalesce(data_stop, stop_time)));
create index mission_event_former on mission_event using gin (former);
create index mission_event_file on mission_event (file);
