-- Indexes that lead with what tells rows apart. All rows of an installation share their org, nearly all of them their
-- project: a planner without statistics takes an index that begins with such a column for as good as the row's own key,
-- and reads the table through it. Where a list does need one, the index is partial on a condition that always holds,
-- and only a statement that says the same condition can take it.

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

-- Joins reach rows by their ids, and then no index may offer itself that has org among its key columns.
alter table tasks drop constraint tasks_digest_unique;
create unique index tasks_digest_unique on tasks (digest, project, domain, org) where digest <> '';
alter table runs drop constraint runs_name_unique;
create unique index runs_name_unique on runs (name, project, domain, org) where name <> '';
alter table run_labels
    drop constraint run_labels_pk,
    add constraint run_labels_pk primary key (run_id, key) include (org);
alter table run_requests
    drop constraint run_requests_pk,
    add constraint run_requests_pk primary key (digest, org);
alter table actions
    drop constraint actions_name_unique,
    add constraint actions_name_unique unique (run_id, name) include (org);
alter table attempts
    drop constraint attempts_pk,
    add constraint attempts_pk primary key (uid) include (org),
    drop constraint attempts_fence_unique,
    add constraint attempts_fence_unique unique (action_id, fence) include (org);
alter table phase_events
    drop constraint phase_events_pk,
    add constraint phase_events_pk primary key (action_id, seq) include (org);

-- Rows that are updated at every change of what is below them: with room in their page no index is touched.
alter table runs set (fillfactor = 50);
alter table clusters set (fillfactor = 20);

-- A table that only grows is looked at by its own growth, not by a share of all it ever held.
alter table actions set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
alter table attempts set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
alter table phase_events set (autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);
