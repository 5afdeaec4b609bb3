-- How long an action may take altogether, from when it is wanted to its end, with all its waits and attempts. When that
-- is over stands in the column in which conditions have theirs.
-- Class and meaning of every column stand in sqlite/0122_deadlines.sql.

alter table tasks add column deadline bigint not null default 0;

create index actions_due on actions (cluster_id, deadline_at) where deadline_at is not null and ended_at is null and phase <> 9;
