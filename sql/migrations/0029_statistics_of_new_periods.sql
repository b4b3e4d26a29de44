-- A period that is opened adds about a twelfth of a year's rows to client_period_status, which is less
-- than the tenth after which autovacuum analyses a table by default: lists of a new period would be
-- planned for days as if it had no row. A hundredth is reached by every opening.
alter table client_period_status
set (autovacuum_analyze_scale_factor = 0.01, autovacuum_analyze_threshold = 1000);
