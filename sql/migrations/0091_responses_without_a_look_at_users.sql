-- A response is stored for the actor of its transaction alone, and for a day. Looking its person up again locked their
-- row with each write, shared with all the other writes of the same person.
set local lock_timeout = '500ms';

-- squawk-ignore ban-drop-constraint
alter table idempotency_keys drop constraint idempotency_keys_actor_id_fkey;
