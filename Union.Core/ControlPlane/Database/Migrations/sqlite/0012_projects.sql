-- What people call a project and say of it.

alter table projects add column title text not null default '';  -- platform: what people call it
alter table projects add column description text not null default '';  -- platform: text typed for the control plane, at most 512 characters
alter table projects add column labels text not null default '';  -- platform: key=value, one a line

update projects set title = name;
