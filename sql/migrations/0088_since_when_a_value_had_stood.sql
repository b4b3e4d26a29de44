-- R5: since when the value before a change of an amount had stood. The one change that began by a moment and ended
-- after it has the value of that moment, so that a report of the past reads one change of a client, not all since.
--
-- Changes that were written before have none: a report still compares those.
set local lock_timeout = '500ms';

alter table client_sync_history add column old_value_since timestamptz;
