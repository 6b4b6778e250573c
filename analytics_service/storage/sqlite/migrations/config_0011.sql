-- Which account made a key; without one it belongs to the installation.
alter table key add column user integer
