-- Queues of a cluster: what waits in them, in which order, and how much of it may run.
-- Class and meaning of every column stand in sqlite/0051_queues.sql.

alter table clusters add column drain bigint not null default 0;

create table queues (
    org         text    not null,
    cluster_id  text    not null,
    name        text    not null,
    weight      bigint  not null,
    max_runs    bigint  not null,
    max_actions bigint  not null,
    max_waiting bigint  not null,
    drain       bigint  not null,
    updated_at  bigint  not null,
    updated_by  text    not null,
    constraint queues_pk primary key (org, cluster_id, name)
);

alter table actions add column queue text not null default 'default';
alter table actions add column share text not null default '';
alter table actions add column place bigint not null default 0;

create index actions_in_queue on actions (cluster_id, queue, place, id) where queue_state = 1;
create index actions_of_share on actions (cluster_id, queue, share, place) where queue_state = 1;
create index actions_roots on actions (cluster_id, queue, queue_state, place, id) where parent_id is null and ended_at is null;
