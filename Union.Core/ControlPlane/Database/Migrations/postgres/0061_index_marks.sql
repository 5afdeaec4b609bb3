-- The conditions by which lists name their indexes stand on columns that no other statement compares: from
-- org = 'default' a planner sees that org <> '' holds, and took the index of a list where a key was asked for.

drop index runs_by_age;
create index runs_by_age on runs (project, domain, org, created_at, id) where id > 0;
drop index runs_of_org;
create index runs_of_org on runs (org, created_at, id) where created_at > 0;
drop index actions_of_run;
create index actions_of_run on actions (run_id, id) where created_at > 0;
drop index attempts_live;
create index attempts_live on attempts (cluster_id, assigned_at) where ended_at is null and assigned_at > 0;
drop index attempts_to_end;
create index attempts_to_end on attempts (cluster_id, end_asked_at)
 where end_asked_at is not null and ended_at is null and assigned_at > 0;
