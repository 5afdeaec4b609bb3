-- Runs that take over what succeeded in another one.

alter table runs add column recovers_run_id integer not null default 0;  -- orchestration: the run whose results it takes over, 0 for none
alter table runs add column rerun_actions text not null default '';  -- orchestration: names of actions that run again nevertheless, between spaces
alter table actions add column inputs_digest text not null default '';  -- orchestration: keyed digest of the inputs, made by the cluster
alter table actions add column recovered_from text not null default '';  -- orchestration: run whose action of the same name computed the result
