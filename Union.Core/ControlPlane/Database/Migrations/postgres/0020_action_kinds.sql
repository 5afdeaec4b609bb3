-- Actions that are no tasks: traces and conditions.
-- Class and meaning of every column stand in sqlite/0020_action_kinds.sql.

alter table actions add column kind bigint not null default 1;
alter table actions add column deadline_at bigint;
alter table actions add column value_private text not null default '';
alter table actions add column signalled_by text not null default '';

create index actions_deadlines on actions (org, cluster_id, deadline_at);
