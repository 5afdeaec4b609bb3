-- Results of earlier runs that later ones may take over. A key says nothing of the inputs to who has no key of the
-- cluster: it is an HMAC that only the cluster can make. An action that waits for the one that computes the same has
-- queue_state 3. Class and meaning of every column stand in sqlite/0055_cache.sql.

alter table actions add column cache_key text not null default '';
alter table actions add column cache_version text not null default '';
alter table actions add column cache_status bigint not null default 0;
alter table actions add column cache_source text not null default '';

create index actions_parked on actions (cache_key, cluster_id) where queue_state = 3;
create index actions_parked_since on actions (cluster_id, queued_at) where queue_state = 3;

create table cache_entries (
    org           text    not null,
    project       text    not null,
    domain        text    not null,
    cluster_id    text    not null,
    key           text    not null,
    task_name     text    not null,
    cache_version text    not null,
    output_uri    text    not null,
    source        text    not null,
    created_at    bigint  not null,
    used_at       bigint  not null,
    constraint cache_entries_pk primary key (key, cluster_id, project, domain, org)
);

create index cache_entries_of_project on cache_entries (project, domain, org, task_name, cache_version) where project <> '';
create index cache_entries_of_task on cache_entries (task_name, project, domain, org, cache_version);
create index cache_entries_by_use on cache_entries (used_at);

create table cache_reservations (
    org        text    not null,
    project    text    not null,
    domain     text    not null,
    cluster_id text    not null,
    key        text    not null,
    action_id  bigint  not null,
    expires_at bigint  not null,
    constraint cache_reservations_pk primary key (key, cluster_id, project, domain, org)
);
