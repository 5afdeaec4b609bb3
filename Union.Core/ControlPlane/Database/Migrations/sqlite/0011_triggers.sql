-- Triggers, all that they ever were, and what they fired.

create table triggers (
    id           integer primary key,         -- orchestration: key of the row
    org          text    not null,            -- platform: the organization
    project      text    not null,            -- platform: the project
    domain       text    not null,            -- platform: the domain
    task_name    text    not null,            -- orchestration: the task that it starts
    name         text    not null,            -- orchestration: name of the trigger
    revision     integer not null,            -- orchestration: grows with every change
    active       integer not null,            -- orchestration: 1 while it fires
    next_at      integer,                     -- orchestration: when it is due next
    anchor_at    integer not null,            -- orchestration: where a fixed rate begins to count
    deployed_at  integer not null,            -- orchestration: when it was deployed last
    updated_at   integer not null,            -- orchestration: when it was changed last
    triggered_at integer,                     -- orchestration: the instant for which it fired last
    deleted_at   integer,                     -- orchestration: when it was deleted
    deployed_by  text    not null,            -- platform: subject that deployed it
    updated_by   text    not null,            -- platform: subject that changed it last
    constraint triggers_name_unique unique (org, project, domain, task_name, name)
) strict;

create index triggers_due on triggers (next_at, id);
create index triggers_by_age on triggers (org, project, domain, deployed_at, id);

create table trigger_revisions (
    org            text    not null,          -- platform: the organization
    trigger_id     integer not null,          -- orchestration: the trigger
    revision       integer not null,          -- orchestration: 1, 2, 3 for each trigger
    action         integer not null,          -- orchestration: 1 deploy, 2 activate, 3 deactivate, 4 delete
    active         integer not null,          -- orchestration: 1 while it fires
    created_at     integer not null,          -- orchestration: when the change was made
    created_by     text    not null,          -- platform: subject that made it
    cluster_id     text    not null,          -- platform: the cluster that keeps the private parts
    task_version   text    not null,          -- orchestration: version of the task that it starts
    run_projection blob    not null,          -- orchestration: RunSpec, allow-listed fields only
    run_private    text    not null,          -- orchestration: keyed digest of the rest, which the cluster keeps
    labels         text    not null,          -- orchestration: labels of its runs, key=value, one a line
    input_uri      text    not null,          -- orchestration: reference to the inputs of its runs
    inputs_hash    text    not null,          -- orchestration: keyed digest of the inputs, as the cluster answered it
    description    text    not null,          -- orchestration: text typed for the control plane, at most 512 characters
    schedule_kind  integer not null,          -- orchestration: 0 none, 1 cron, 2 fixed rate
    cron           text    not null,          -- orchestration: cron expression
    time_zone      text    not null,          -- orchestration: IANA name, empty is UTC
    rate_value     integer not null,          -- orchestration: units between two instants of a fixed rate
    rate_unit      integer not null,          -- orchestration: 1 minute, 2 hour, 3 day
    rate_start     integer,                   -- orchestration: first instant of a fixed rate
    kickoff_input  text    not null,          -- orchestration: input that the task fills with the instant
    constraint trigger_revisions_pk primary key (org, trigger_id, revision),
    constraint trigger_revisions_trigger_fk foreign key (trigger_id) references triggers (id)
) strict;

create table trigger_firings (
    org          text    not null,            -- platform: the organization
    trigger_id   integer not null,            -- orchestration: the trigger
    scheduled_at integer not null,            -- orchestration: the instant at which it was due
    revision     integer not null,            -- orchestration: the revision that fired
    fired_at     integer not null,            -- orchestration: when it fired
    outcome      text    not null,            -- orchestration: ok, or the reason why no run was started
    constraint trigger_firings_pk primary key (org, trigger_id, scheduled_at),
    constraint trigger_firings_trigger_fk foreign key (trigger_id) references triggers (id)
) strict;
