-- Planning of millions of partitions. services/pipeline --------------------------------------------------------------

-- The newest job of a work, whatever became of it.
create index job_work on job (mission, process, spacecraft, partition, id desc);
