-- What the applier is to change in stats.db between two batches, and what came of it.
create table orders (
    id integer primary key autoincrement,
    kind text not null,
    arguments text not null,
    state text not null,
    answer text not null,
    placed_by text not null,
    placed_at text not null,
    ended_at text
) strict;
