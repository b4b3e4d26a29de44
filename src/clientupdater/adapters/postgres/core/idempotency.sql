-- Responses stored with their effect. The method of the same name in idempotency.py runs each block.

-- name: claim
select generation, is_free, request_hash, rights, status_code, headers, response
from claim_answer(%(actor)s, %(key)s, %(now)s)

-- name: keep
-- It replaces one that has expired.
select keep_answer(
    %(actor)s, %(key)s, %(fingerprint)s,
    %(rights)s, %(status)s, %(headers)s, %(body)s, %(now)s, %(until)s
)
