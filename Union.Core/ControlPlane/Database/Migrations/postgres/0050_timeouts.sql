-- How long an action may wait in its queue, and how long one of its attempts may run.
-- Class and meaning of every column stand in sqlite/0050_timeouts.sql.

alter table tasks add column queue_timeout bigint not null default 0;
alter table tasks add column run_timeout bigint not null default 0;
alter table actions add column queue_timeout bigint not null default 0;

create index actions_expiring on actions (cluster_id, (queued_at + queue_timeout)) where queue_state in (1, 5) and queue_timeout > 0;
