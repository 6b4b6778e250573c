-- How often the applier began an order, so that one that ends it each time is given up.
alter table orders add column begun integer not null default 0;
