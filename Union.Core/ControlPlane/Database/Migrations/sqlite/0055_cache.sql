-- Results of earlier runs that later ones may take over. A key says nothing of the inputs to who has no key of the
-- cluster: it is an HMAC that only the cluster can make. An action that waits for the one that computes the same has
-- queue_state 3.

alter table actions add column cache_key text not null default '';  -- orchestration: keyed digest of what decides its result, made by the cluster
alter table actions add column cache_version text not null default '';  -- orchestration: version of the results, which the author of the task changes
alter table actions add column cache_status integer not null default 0;  -- orchestration: what caching did, as flyteidl2 numbers it
alter table actions add column cache_source text not null default '';  -- orchestration: run, action and attempt whose result was taken over

create index actions_parked on actions (cache_key, cluster_id) where queue_state = 3;
create index actions_parked_since on actions (cluster_id, queued_at) where queue_state = 3;

create table cache_entries (
    org           text    not null,           -- platform: the organization
    project       text    not null,           -- platform: the project
    domain        text    not null,           -- platform: the domain
    cluster_id    text    not null,           -- platform: the cluster that made the key and holds the outputs
    key           text    not null,           -- orchestration: keyed digest of task, cache version and inputs
    task_name     text    not null,           -- orchestration: name of the task
    cache_version text    not null,           -- orchestration: version of its results
    output_uri    text    not null,           -- orchestration: reference to the outputs
    source        text    not null,           -- orchestration: run, action and attempt that wrote them
    created_at    integer not null,           -- orchestration: when
    used_at       integer not null,           -- orchestration: last use, to the hour
    constraint cache_entries_pk primary key (key, cluster_id, project, domain, org)
) strict;

create index cache_entries_of_project on cache_entries (project, domain, org, task_name, cache_version) where project <> '';
create index cache_entries_of_task on cache_entries (task_name, project, domain, org, cache_version);
create index cache_entries_by_use on cache_entries (used_at);

create table cache_reservations (
    org        text    not null,              -- platform: the organization
    project    text    not null,              -- platform: the project
    domain     text    not null,              -- platform: the domain
    cluster_id text    not null,              -- platform: the cluster that made the key
    key        text    not null,              -- orchestration: keyed digest of what is being computed
    action_id  integer not null,              -- orchestration: the action that computes it
    expires_at integer not null,              -- orchestration: when another may take over from an owner that does not run
    constraint cache_reservations_pk primary key (key, cluster_id, project, domain, org)
) strict;
