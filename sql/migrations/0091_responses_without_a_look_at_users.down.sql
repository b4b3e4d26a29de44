set local lock_timeout = '500ms';

alter table idempotency_keys
add constraint idempotency_keys_actor_id_fkey foreign key (actor_id) references users (id) not valid;
