-- Behind every column stands its data class and what it means; docs/stored-fields.md is made from these lines and a
-- test refuses a column without one. Instants are microseconds since 1970 UTC. No column holds a message as a client
-- sent it: projections keep orchestration fields only.

create table projects (
    org        text    not null,              -- platform: the organization
    name       text    not null,              -- platform: name of the project
    state      integer not null,              -- platform: 0 active, 1 archived
    created_at integer not null,              -- platform: when it was created
    constraint projects_pk primary key (org, name)
) strict;

create table clusters (
    org                    text    not null,  -- platform: the organization
    id                     text    not null,  -- platform: random id, in paths and certificates
    name                   text    not null,  -- platform: name that people gave it
    created_at             integer not null,  -- platform: when it enrolled
    last_seen_at           integer,           -- platform: last call of the cluster
    session                text,              -- platform: random id of its newest session
    acked_event            integer not null,  -- orchestration: sequence of the last event committed
    binary_version         text    not null,  -- platform: version of its binary
    sandbox                text    not null,  -- platform: bubblewrap or none
    parallel               integer not null,  -- platform: attempts it runs at once
    certificate_expires_at integer not null,  -- platform: end of its newest certificate
    revoked_at             integer,           -- platform: when it was shut out
    constraint clusters_pk primary key (org, id),
    constraint clusters_name_unique unique (org, name)
) strict;

create table cluster_prefixes (
    org        text not null,                 -- platform: the organization
    cluster_id text not null,                 -- platform: the cluster
    prefix     text not null,                 -- platform: start of every reference its store answers to
    constraint cluster_prefixes_pk primary key (org, cluster_id, prefix),
    constraint cluster_prefixes_cluster_fk foreign key (org, cluster_id) references clusters (org, id)
) strict;

create table join_tokens (
    org          text    not null,            -- platform: the organization
    id           text    not null,            -- platform: random id of the token
    secret_hash  blob    not null,            -- credential: SHA-256 of 256 random bits
    cluster_name text    not null,            -- platform: name the cluster will have
    created_at   integer not null,            -- platform: when it was created
    created_by   text    not null,            -- platform: subject that created it
    expires_at   integer not null,            -- platform: when it ends
    used_at      integer,                     -- platform: when it was used
    constraint join_tokens_pk primary key (org, id)
) strict;

create table tasks (
    id           integer primary key,         -- orchestration: key of the row
    org          text    not null,            -- platform: the organization
    project      text    not null,            -- platform: the project
    domain       text    not null,            -- platform: the domain
    digest       text    not null,            -- orchestration: SHA-256 of projection and keyed digest, names the row
    name         text    not null,            -- orchestration: name of the task
    version      text    not null,            -- orchestration: version of the task
    short_name   text    not null,            -- orchestration: name without its module
    task_type    text    not null,            -- orchestration: kind of task, such as raw-container
    projection   blob    not null,            -- orchestration: TaskSpec, allow-listed fields only
    private_part text    not null,            -- orchestration: keyed digest of the rest, which the cluster keeps
    max_attempts integer not null,            -- orchestration: tries a failing task gets
    created_at   integer not null,            -- orchestration: when it was first seen
    constraint tasks_digest_unique unique (org, project, domain, digest)
) strict;

create table runs (
    id           integer primary key,         -- orchestration: key of the row
    org          text    not null,            -- platform: the organization
    project      text    not null,            -- platform: the project
    domain       text    not null,            -- platform: the domain
    name         text    not null,            -- orchestration: name of the run
    cluster_id   text    not null,            -- platform: the cluster it belongs to for life
    projection   blob    not null,            -- orchestration: RunSpec, allow-listed fields only
    private_part text    not null,            -- orchestration: keyed digest of the rest, which the cluster keeps
    digest       text    not null,            -- orchestration: SHA-256 of what was asked for, recognises a repeated call
    source       integer not null,            -- orchestration: web, cli, trigger
    created_at   integer not null,            -- orchestration: when it was created
    created_by   text    not null,            -- platform: subject that created it
    change       integer not null,            -- orchestration: grows with every change of the run
    constraint runs_name_unique unique (org, project, domain, name),
    constraint runs_cluster_fk foreign key (org, cluster_id) references clusters (org, id)
) strict;

create index runs_by_age on runs (org, project, domain, created_at, id);

create table run_requests (
    org        text    not null,              -- platform: the organization
    digest     text    not null,              -- orchestration: SHA-256 of request id, caller and request digest
    run_id     integer not null,              -- orchestration: the run that was answered
    created_at integer not null,              -- orchestration: when
    constraint run_requests_pk primary key (org, digest),
    constraint run_requests_run_fk foreign key (run_id) references runs (id)
) strict;

create table actions (
    id            integer primary key,        -- orchestration: key of the row
    org           text    not null,           -- platform: the organization
    run_id        integer not null,           -- orchestration: the run
    name          text    not null,           -- orchestration: name of the action
    parent_id     integer,                    -- orchestration: the action that enqueued it
    group_name    text    not null,           -- orchestration: label that children share
    task_id       integer not null,           -- orchestration: the task it runs
    cluster_id    text    not null,           -- platform: the cluster that runs it
    phase         integer not null,           -- orchestration: phase, as flyteidl2 numbers it
    queue_state   integer not null,           -- orchestration: 0 not queued, 1 waiting, 2 assigned
    queued_at     integer not null,           -- orchestration: when it entered the queue
    assigned_till integer,                    -- orchestration: when an unconfirmed assignment ends
    fence         integer not null,           -- orchestration: grows with every assignment
    attempt       integer not null,           -- orchestration: number of the current attempt
    system_fails  integer not null,           -- orchestration: attempts that the platform lost
    change        integer not null,           -- orchestration: the run's counter at its last change
    created_at    integer not null,           -- orchestration: when it was created
    started_at    integer,                    -- orchestration: when its first attempt started
    ended_at      integer,                    -- orchestration: when it became terminal
    input_uri     text    not null,           -- orchestration: reference to its inputs
    output_uri    text    not null,           -- orchestration: reference to its outputs
    error_code    text    not null,           -- orchestration: snake_case word of its failure
    error_kind    integer not null,           -- orchestration: 1 user, 2 system
    error_private text    not null,           -- orchestration: keyed digest of the error text, which the cluster keeps
    abort_reason  text    not null,           -- orchestration: text typed for the control plane, at most 512 characters
    aborted_by    text    not null,           -- platform: subject that aborted it
    constraint actions_name_unique unique (org, run_id, name),
    constraint actions_run_fk foreign key (run_id) references runs (id),
    constraint actions_parent_fk foreign key (parent_id) references actions (id),
    constraint actions_task_fk foreign key (task_id) references tasks (id)
) strict;

create index actions_queue on actions (org, cluster_id, queue_state, queued_at, id);
create index actions_changes on actions (org, run_id, change);
create index actions_children on actions (org, parent_id, change);

create table attempts (
    uid           text    not null,           -- orchestration: random id of the attempt
    org           text    not null,           -- platform: the organization
    action_id     integer not null,           -- orchestration: the action
    cluster_id    text    not null,           -- platform: the cluster that holds it
    attempt       integer not null,           -- orchestration: number of the try
    fence         integer not null,           -- orchestration: fence of this assignment
    phase         integer not null,           -- orchestration: phase, as flyteidl2 numbers it
    assigned_at   integer not null,           -- orchestration: when it was handed out
    confirmed_at  integer,                    -- orchestration: first event of the cluster
    started_at    integer,                    -- orchestration: when its process started
    ended_at      integer,                    -- orchestration: when it ended
    end_asked_at  integer,                    -- orchestration: when the cluster was asked to end it
    output_uri    text    not null,           -- orchestration: reference to its outputs
    report_uri    text    not null,           -- orchestration: reference to its report
    error_code    text    not null,           -- orchestration: snake_case word of its failure
    error_kind    integer not null,           -- orchestration: 1 user, 2 system
    error_private text    not null,           -- orchestration: keyed digest of the error text, which the cluster keeps
    constraint attempts_pk primary key (org, uid),
    constraint attempts_fence_unique unique (org, action_id, fence),
    constraint attempts_action_fk foreign key (action_id) references actions (id)
) strict;

create index attempts_live on attempts (org, cluster_id, ended_at, end_asked_at);

create table phase_events (
    org         text    not null,             -- platform: the organization
    action_id   integer not null,             -- orchestration: the action
    seq         integer not null,             -- orchestration: 1, 2, 3 for each action
    attempt     integer not null,             -- orchestration: number of the try
    phase       integer not null,             -- orchestration: phase, as flyteidl2 numbers it
    at          integer not null,             -- orchestration: when it happened, by the clock of the plane where it did
    recorded_at integer not null,             -- orchestration: when it was committed
    constraint phase_events_pk primary key (org, action_id, seq),
    constraint phase_events_action_fk foreign key (action_id) references actions (id)
) strict;

create table audit (
    id         integer primary key,           -- platform: key of the row
    org        text    not null,              -- platform: the organization
    at         integer not null,              -- platform: when
    actor      text    not null,              -- platform: subject or cluster
    action     text    not null,              -- platform: name of the use case
    resource   text    not null,              -- platform: name of what was changed
    outcome    text    not null,              -- platform: ok, or the reason of the refusal
    request_id text    not null                -- platform: id of the call
) strict;
