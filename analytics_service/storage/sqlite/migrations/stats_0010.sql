-- What releases before 0.2.0 kept whole, until the applier has folded it into marked visits.
alter table suspect rename to old_suspect;
