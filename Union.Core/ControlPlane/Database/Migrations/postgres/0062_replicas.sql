-- The replicas of a control plane that live, as clusters are to dial them.
-- Class and meaning of every column stand in sqlite/0062_replicas.sql.

create table replicas (
    org     text   not null,
    address text   not null,
    seen_at bigint not null,
    constraint replicas_pk primary key (org, address)
);
