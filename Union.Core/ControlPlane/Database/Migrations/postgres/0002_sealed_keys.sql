create table sealed_keys (
    org        text   not null,
    name       text   not null,
    content    bytea  not null,
    created_at bigint not null,
    constraint sealed_keys_pk primary key (org, name)
);
