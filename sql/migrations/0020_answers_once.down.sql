drop function claim_answer(uuid, varchar, timestamptz);
alter table idempotency_keys drop column rights;
