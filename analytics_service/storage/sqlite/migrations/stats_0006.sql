-- Tables and columns get the field's usual names; no row is copied.
alter table name rename to string;
alter table counted rename to seen_id;
alter table waiting rename to pending_engagement;
alter table care rename to maintenance;
alter table visitor_name rename to visitor_visit;
alter table visitor_visit rename column name to visitor;
alter table origin rename to acquisition;
alter table place rename to location;
alter table equipment rename to technology;
alter table visit rename column origin to acquisition;
alter table visit rename column place to location;
alter table visit rename column equipment to technology;
-- Which part of the journals an applier works on; there is one.
alter table position add column shard integer not null default 0;
alter table lease add column shard integer not null default 0;
