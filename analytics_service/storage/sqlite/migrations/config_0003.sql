-- What a site's owner decides, as JSON: read whole, written whole, never searched.
alter table site add column rules text not null default '{}';
alter table site add column counter text not null default '{}';
