-- What people call a project and say of it.
-- Class and meaning of every column stand in sqlite/0012_projects.sql.

alter table projects add column title text not null default '';
alter table projects add column description text not null default '';
alter table projects add column labels text not null default '';

update projects set title = name;
