-- Searches through time in millions of files and cells.

-- What is longer than two days is rare: all else that overlaps a time begins at the most two days before it.
create index file_long on file (stop_time) where stop_time - start_time > interval '2 days';
create index cell_long on cell (stop_time) where stop_time - start_time > interval '2 days';

-- Of all versions: which is the highest that somebody sees cannot be told by an index of the latest alone.
drop index file_product;
create index file_product on file (mission, product, start_time);
