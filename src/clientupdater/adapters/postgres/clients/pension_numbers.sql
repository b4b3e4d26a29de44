-- Pension numbers, sealed. Nothing here ever sees one in the clear.

-- name: show
select pension_number from clients where id = %(client)s

-- name: keep
update clients
set
    pension_number = %(ciphertext)s,
    pension_blind_index = %(blind_index)s,
    pension_last4 = %(last_four)s
where id = %(client)s

-- name: owners
select id from clients
where pension_blind_index = %(blind_index)s and deleted_at is null
order by id

-- name: keys
-- What is sealed begins with the length of its key's name and the name. Ids are random, so that the
-- first ones are a sample.
with named as not materialized (
    select
        id, pension_number,
        encode(substring(pension_number from 2 for get_byte(pension_number, 0)), 'escape') as name
    from clients
    where length(pension_number) > 0
)
select counted.name, counted.numbers, sample.ids, sample.ciphertexts
from (select name, count(*) as numbers from named group by name) counted
cross join lateral (
    select array_agg(id) as ids, array_agg(pension_number) as ciphertexts
    from (
        select id, pension_number from named where name = counted.name
        order by id limit %(sample)s
    ) first
) sample
order by counted.name

-- name: candidates
select id, pension_number, pension_blind_index from clients
where id > %(after)s and pension_number is not null
order by id
limit %(at_most)s

-- name: renew
-- Only what is still as it was read: a change made meanwhile is sealed with the newest key.
update clients c
set pension_number = new.renewed, pension_blind_index = new.blind_index
from unnest(%(ids)s::uuid[], %(seen)s::bytea[], %(renewed)s::bytea[], %(indexes)s::bytea[])
    new (id, seen, renewed, blind_index)
where c.id = new.id and c.pension_number = new.seen

-- name: forget
update clients c
set pension_number = null, pension_blind_index = null, pension_last4 = null
from unnest(%(ids)s::uuid[], %(seen)s::bytea[]) lost (id, seen)
where c.id = lost.id and c.pension_number = lost.seen
