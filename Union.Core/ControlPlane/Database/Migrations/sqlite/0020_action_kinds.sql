-- Actions that are no tasks: traces, which have ended when they are recorded, and conditions, which people resolve.
-- What such an action is stands in tasks, like what a task is: a projection and the name of the part the cluster keeps.

alter table actions add column kind integer not null default 1;  -- orchestration: 1 task, 2 trace, 3 condition
alter table actions add column deadline_at integer;  -- orchestration: when a condition that nobody resolved times out
alter table actions add column value_private text not null default '';  -- orchestration: keyed digest of a condition's value, which the cluster keeps
alter table actions add column signalled_by text not null default '';  -- platform: subject that resolved a condition

create index actions_deadlines on actions (org, cluster_id, deadline_at);
