-- What is forgotten after a while: who looks for it, how much there was, and the indexes by which it is found.

create table sweeps (
    org       text    not null,               -- platform: the organization
    name      text    not null,               -- platform: name of the work that replicas take turns at
    holder    text    not null,               -- platform: random id of the process whose turn it is
    held_till integer not null,               -- platform: when another may take over
    swept_at  integer not null,               -- platform: when the work was last done
    runs      integer not null,               -- platform: runs that were forgotten so far
    actions   integer not null,               -- platform: actions that were forgotten so far
    audit     integer not null,               -- platform: audit entries that were forgotten so far
    others    integer not null,               -- platform: tokens, cached results and remembered calls forgotten so far
    constraint sweeps_pk primary key (name, org)
) strict;

create index runs_recovering on runs (recovers_run_id) where recovers_run_id > 0;
create index run_requests_by_age on run_requests (created_at);
create index audit_by_age on audit (at);
create index api_tokens_by_end on api_tokens (expires_at);
create index api_tokens_by_revocation on api_tokens (revoked_at) where revoked_at is not null;
create index join_tokens_by_end on join_tokens (expires_at);
create index trigger_firings_by_age on trigger_firings (fired_at);

-- SQLite looks for rows that refer to a deleted one by the referring column alone, and its keys lead with org.
create index attempts_of_action on attempts (action_id);
create index phase_events_of_action on phase_events (action_id);
