-- How task specs are found that nothing refers to any more: by their age, and by who may still refer to them.
-- The condition that always holds keeps statements away from the index that do not list by it.

create index tasks_by_age on tasks (org, created_at, id) where created_at > 0;
create index actions_of_task on actions (task_id);
create index deployed_tasks_of_task on deployed_tasks (task_id);
