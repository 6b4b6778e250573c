-- A table is named for one of its rows; no row is copied.
alter table orders rename to task;
