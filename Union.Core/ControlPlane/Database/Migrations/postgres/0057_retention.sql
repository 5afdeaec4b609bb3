-- What is forgotten after a while: who looks for it, how much there was, and the indexes by which it is found.
-- Class and meaning of every column stand in sqlite/0057_retention.sql.

create table sweeps (
    org       text   not null,
    name      text   not null,
    holder    text   not null,
    held_till bigint not null,
    swept_at  bigint not null,
    runs      bigint not null,
    actions   bigint not null,
    audit     bigint not null,
    others    bigint not null,
    constraint sweeps_pk primary key (name, org)
);

create index runs_recovering on runs (recovers_run_id) where recovers_run_id > 0;
create index run_requests_by_age on run_requests (created_at);
create index audit_by_age on audit (at);
create index api_tokens_by_end on api_tokens (expires_at);
create index api_tokens_by_revocation on api_tokens (revoked_at) where revoked_at is not null;
create index join_tokens_by_end on join_tokens (expires_at);
create index trigger_firings_by_age on trigger_firings (fired_at);

-- How much was forgotten in the whole installation, for its operator.
create policy sweeps_sum on sweeps for select using (current_setting('union.org', true) = '*');
