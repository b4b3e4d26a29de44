-- Webhook deliveries, each stored once by its id.

-- name: keep
select keep_delivery(%(source)s, %(delivery)s, %(body)s, %(now)s)

-- name: find
select body ->> 'kind', body ->> 'code', (body ->> 'posted_on')::date
from webhook_events
where source = %(source)s and delivery_id = %(delivery)s

-- name: followed
update webhook_events
set processed_at = %(now)s
where source = %(source)s and delivery_id = %(delivery)s
