-- Queues of a cluster: what waits in them, in which order, and how much of it may run.

alter table clusters add column drain integer not null default 0; -- platform: 0 open, 1 starts no run, 2 is given no work

create table queues (
    org         text    not null,   -- platform: the organization
    cluster_id  text    not null,   -- platform: the cluster it belongs to
    name        text    not null,   -- platform: name of the queue
    weight      integer not null,   -- platform: share of the places beside other queues of the cluster
    max_runs    integer not null,   -- platform: runs that may be under way; 0 is any number
    max_actions integer not null,   -- platform: actions that may run at once; 0 is any number
    max_waiting integer not null,   -- platform: runs that may wait to begin
    drain       integer not null,   -- platform: 0 open, 1 starts no run, 2 is given no work
    updated_at  integer not null,   -- platform: when it was set
    updated_by  text    not null,   -- platform: subject that set it
    constraint queues_pk primary key (org, cluster_id, name)
) strict;

alter table actions add column queue text not null default 'default'; -- platform: name of the queue it waits in
alter table actions add column share text not null default ''; -- orchestration: project, among which a queue is shared
alter table actions add column place integer not null default 0; -- orchestration: place in the queue; the smallest is next

create index actions_in_queue on actions (cluster_id, queue, place, id) where queue_state = 1;
create index actions_of_share on actions (cluster_id, queue, share, place) where queue_state = 1;
create index actions_roots on actions (cluster_id, queue, queue_state, place, id) where parent_id is null and ended_at is null;
