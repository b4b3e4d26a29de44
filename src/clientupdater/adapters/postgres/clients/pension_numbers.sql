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
-- What is sealed begins with the length of its key's name and the name.
select distinct
    encode(substring(pension_number from 2 for get_byte(pension_number, 0)), 'escape') as name
from clients
where length(pension_number) > 0

-- name: candidates
select id, pension_number from clients
where id > %(after)s and pension_number is not null
order by id
limit %(at_most)s

-- name: renew
-- Only what is still as it was read: whoever changed it meanwhile sealed it with the newest key.
update clients c
set pension_number = new.renewed
from unnest(%(ids)s::uuid[], %(seen)s::bytea[], %(renewed)s::bytea[]) new (id, seen, renewed)
where c.id = new.id and c.pension_number = new.seen
