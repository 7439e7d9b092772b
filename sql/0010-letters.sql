-- Letters to people: written in the transaction that gives the reason, sent afterwards, tried again until they are old.

-- services/mail -------------------------------------------------------------------------------------------------------

create table letter (
  id bigint generated always as identity primary key,
  mission text not null,
  -- Addresses; none: only those that the installation copies everything to.
  recipients text[] not null,
  subject text not null,
  body text not null,
  written_at timestamptz not null,
  tries int not null default 0,
  next_at timestamptz not null,
  sent_at timestamptz,
  given_up_at timestamptz,
  -- Why the last try failed, or what the server refused of a letter that it took.
  error text
);
create index letter_due on letter (next_at) where sent_at is null and given_up_at is null;

-- services/burst ------------------------------------------------------------------------------------------------------

-- Where a person is written to.
alter table burst_selector add column mail text;
