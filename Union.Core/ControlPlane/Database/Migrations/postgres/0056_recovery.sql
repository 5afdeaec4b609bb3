-- Runs that take over what succeeded in another one.
-- Class and meaning of every column stand in sqlite/0056_recovery.sql.

alter table runs add column recovers_run_id bigint not null default 0;
alter table runs add column rerun_actions text not null default '';
alter table actions add column inputs_digest text not null default '';
alter table actions add column recovered_from text not null default '';
