-- What all replicas of a control plane on PostgreSQL share and no database may show: see docs/keys.md.

create table sealed_keys (
    org        text    not null,              -- platform: always '*', the installation
    name       text    not null,              -- platform: name of a file of docs/keys.md
    content    blob    not null,              -- credential: the file, sealed by AES-256-GCM under controlPlane.sealingKey
    created_at integer not null,              -- platform: when it was sealed
    constraint sealed_keys_pk primary key (org, name)
) strict;
