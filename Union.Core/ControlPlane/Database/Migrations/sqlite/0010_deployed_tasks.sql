-- What runs are found by, and tasks that were deployed under a version.

alter table tasks add column environment text not null default '';  -- orchestration: environment it was written in
alter table tasks add column is_entrypoint integer not null default 0;  -- orchestration: 1 where people start it

alter table runs add column start_time integer not null default 0;  -- orchestration: when it was due, which tasks are told
alter table runs add column task_name text not null default '';  -- orchestration: task of its root action
alter table runs add column task_version text not null default '';  -- orchestration: version of that task
alter table runs add column labels text not null default '';  -- orchestration: key=value, one a line
alter table runs add column trigger_task text not null default '';  -- orchestration: task of the trigger that started it
alter table runs add column trigger_name text not null default '';  -- orchestration: trigger that started it
alter table runs add column trigger_revision integer not null default 0;  -- orchestration: revision of that trigger

update runs
   set start_time = created_at,
       task_name = (select t.name from actions a join tasks t on t.id = a.task_id where a.run_id = runs.id and a.name = 'a0'),
       task_version = (select t.version from actions a join tasks t on t.id = a.task_id where a.run_id = runs.id and a.name = 'a0');

create index runs_of_org on runs (org, created_at, id);
create index runs_of_task on runs (org, task_name, created_at, id);
create index runs_of_trigger on runs (org, trigger_task, trigger_name, created_at, id);
create index actions_of_run on actions (org, run_id, id);

create table run_labels (
    org        text    not null,              -- platform: the organization
    run_id     integer not null,              -- orchestration: the run
    key        text    not null,              -- orchestration: key of the label
    value      text    not null,              -- orchestration: value of the label
    project    text    not null,              -- platform: project of the run
    domain     text    not null,              -- platform: domain of the run
    created_at integer not null,              -- orchestration: when the run was created
    constraint run_labels_pk primary key (org, run_id, key),
    constraint run_labels_run_fk foreign key (run_id) references runs (id)
) strict;

create index run_labels_by_age on run_labels (org, project, domain, key, value, created_at, run_id);

create table deployed_tasks (
    id           integer primary key,         -- orchestration: key of the row
    org          text    not null,            -- platform: the organization
    project      text    not null,            -- platform: the project
    domain       text    not null,            -- platform: the domain
    name         text    not null,            -- orchestration: name of the task
    version      text    not null,            -- orchestration: version of the task
    task_id      integer not null,            -- orchestration: what was deployed
    cluster_id   text    not null,            -- platform: the cluster that keeps its private part
    is_latest    integer not null,            -- orchestration: 1 for the newest version of the name
    deployed_at  integer not null,            -- orchestration: when it was deployed
    deployed_by  text    not null,            -- platform: subject that deployed it
    constraint deployed_tasks_version_unique unique (org, project, domain, name, version),
    constraint deployed_tasks_task_fk foreign key (task_id) references tasks (id)
) strict;

create index deployed_tasks_by_age on deployed_tasks (org, project, domain, is_latest, deployed_at, id);
create index deployed_tasks_of_org on deployed_tasks (org, is_latest, deployed_at, id);
create index deployed_tasks_versions on deployed_tasks (org, project, domain, name, deployed_at, id);
