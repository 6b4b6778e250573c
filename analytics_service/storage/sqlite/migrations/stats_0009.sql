-- How long a view was looked at, for the page's own engaged time; and which view an id is of.
alter table view add column engaged_ms integer not null default 0;
alter table seen_id add column day integer not null default 0;
alter table seen_id add column ordinal integer not null default 0;
-- The first day whose views were all counted with it: what was told of earlier ones cannot be made up.
alter table maintenance add column view_engagement_since integer not null default -2147483648;
update maintenance set view_engagement_since = (select at / 86400000 + 2 from reached)
where exists (select 1 from rollup_day);
