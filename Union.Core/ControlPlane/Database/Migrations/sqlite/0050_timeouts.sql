-- How long an action may wait in its queue, and how long one of its attempts may run.

alter table tasks add column queue_timeout integer not null default 0; -- orchestration: longest wait in the queue in microseconds; 0 is for ever
alter table tasks add column run_timeout integer not null default 0; -- orchestration: time limit of an attempt in microseconds; 0 is the cluster's own
alter table actions add column queue_timeout integer not null default 0; -- orchestration: longest wait in the queue in microseconds; 0 is for ever

create index actions_expiring on actions (cluster_id, (queued_at + queue_timeout)) where queue_state in (1, 5) and queue_timeout > 0;
