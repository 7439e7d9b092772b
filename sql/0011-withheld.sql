-- What a stand-in made, and what is made from it: for the team alone, whatever its product's release says.
alter table file add column withheld boolean not null default false;
