-- The replicas of a control plane on PostgreSQL that live, as clusters are to dial them.

create table replicas (
    org     text    not null,                 -- platform: always '*', the installation
    address text    not null,                 -- platform: controlPlane.clusters.replicaAddress of the replica
    seen_at integer not null,                 -- platform: when it last said that it lives
    constraint replicas_pk primary key (org, address)
) strict;
