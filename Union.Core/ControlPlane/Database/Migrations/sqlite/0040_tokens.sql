create table api_tokens (
    org         text    not null,             -- platform: the organization
    id          text    not null,             -- platform: random id, the part of the token that is no secret
    name        text    not null,             -- platform: name that people gave it, the subject of its calls
    secret_hash blob    not null,             -- credential: SHA-256 of the token's 256 random bits
    role        integer not null,             -- platform: number of the role
    created_at  integer not null,             -- platform: when it was made
    created_by  text    not null,             -- platform: who made it
    expires_at  integer not null,             -- platform: its end
    revoked_at  integer,                      -- platform: when it was revoked
    constraint api_tokens_pk primary key (org, id)
) strict;

-- A name may be given again once its token was revoked.
create unique index api_tokens_name_unique on api_tokens (org, name) where revoked_at is null;
