-- What a cluster must not forget: attempts it took on, events nobody has acknowledged, and who did what to its data.
-- This file lies in the customer's account and may hold references and names of any class but secret.

create table attempts (
    uid        text    not null,   -- orchestration: random id of the attempt
    fence      integer not null,   -- orchestration: fence of its assignment
    action     text    not null,   -- orchestration: org/project/domain/run/action
    attempt    integer not null,   -- orchestration: number of the try
    assignment blob    not null,   -- orchestration: the assignment as it was leased
    capability blob    not null,   -- credential: SHA-256 of the task's 256-bit capability
    ended      integer not null,   -- orchestration: 1 once its last event is written
    taken_at   integer not null,   -- orchestration: when it was taken on
    constraint attempts_pk primary key (uid)
) strict;

create index attempts_by_action on attempts (action, attempt, taken_at);

create unique index attempts_by_capability on attempts (capability);

create table outbox (
    seq   integer not null,        -- orchestration: 1, 2, 3, ... over all attempts
    uid   text    not null,        -- orchestration: the attempt
    event blob    not null,        -- orchestration: the event as it is reported
    constraint outbox_pk primary key (seq)
) strict;

create table counters (
    name  text    not null,        -- platform: name of the counter
    value integer not null,        -- platform: its value
    constraint counters_pk primary key (name)
) strict;

create table audit (
    id         integer primary key,
    at         integer not null,   -- platform: when
    actor      text    not null,   -- platform: subject, as the assertion named it
    action     text    not null,   -- platform: name of the use case
    resource   text    not null,   -- customer: name of what was changed
    outcome    text    not null,   -- platform: ok, or the reason of the refusal
    request_id text    not null    -- platform: id of the call
) strict;
