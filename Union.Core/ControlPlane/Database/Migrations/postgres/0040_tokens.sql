create table api_tokens (
    org         text   not null,
    id          text   not null,
    name        text   not null,
    secret_hash bytea  not null,
    role        bigint not null,
    created_at  bigint not null,
    created_by  text   not null,
    expires_at  bigint not null,
    revoked_at  bigint,
    constraint api_tokens_pk primary key (org, id)
);

-- A name may be given again once its token was revoked.
create unique index api_tokens_name_unique on api_tokens (org, name) where revoked_at is null;

-- A token is looked up by its random id before its org is known.
create policy api_tokens_lookup on api_tokens for select using (current_setting('union.org', true) = '*');
