-- Whose visitors' ids mean nothing any more: of each site the days before `day`, and of `day` the visits up to `visit`.
-- `key` makes the new ids of the day in hand, and is empty between two days.
create table anonymous_day (
    site integer primary key,
    day integer not null,
    visit integer not null,
    key blob not null
) strict;
