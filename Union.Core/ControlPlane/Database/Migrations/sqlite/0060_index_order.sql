-- Indexes that lead with what tells rows apart. All rows of an installation share their org, nearly all of them their
-- project: a planner without statistics takes an index that begins with such a column for as good as the row's own key,
-- and reads the table through it. Where a list does need one, the index is partial on a condition that always holds,
-- and only a statement that says the same condition can take it.
-- The keys of postgres/0060_index_order.sql have the same columns in another order; SQLite has its own rules and needs
-- none of that.

drop index runs_by_age;
create index runs_by_age on runs (project, domain, org, created_at, id) where project <> '';
drop index runs_of_org;
create index runs_of_org on runs (org, created_at, id) where org <> '';
drop index runs_of_task;
create index runs_of_task on runs (task_name, project, domain, org, created_at, id) where task_name <> '';
drop index runs_of_trigger;
create index runs_of_trigger on runs (trigger_task, trigger_name, project, domain, org, created_at, id) where trigger_name <> '';
drop index run_labels_by_age;
create index run_labels_by_age on run_labels (value, key, project, domain, org, created_at, run_id);
create index run_requests_of_run on run_requests (run_id);

drop index actions_queue;
create index actions_waiting on actions (cluster_id, queued_at, id) where queue_state = 1;
create index actions_assigned on actions (cluster_id, assigned_till) where queue_state = 2;
drop index actions_deadlines;
create index actions_deadlines on actions (cluster_id, deadline_at) where phase = 9;
drop index actions_changes;
create index actions_changes on actions (run_id, change) where change > 0;
drop index actions_children;
create index actions_children on actions (parent_id, change) where parent_id is not null;
drop index actions_of_run;
create index actions_of_run on actions (run_id, id) where id > 0;

drop index attempts_live;
create index attempts_live on attempts (cluster_id, assigned_at) where ended_at is null and cluster_id <> '';
create index attempts_to_end on attempts (cluster_id, end_asked_at) where end_asked_at is not null and ended_at is null and cluster_id <> '';
