-- What people may set, as it is at the beginning; and what runs by itself.

insert into config_settings (key, value, value_type, description)
values
    (
        'status.backdating_days', '5', 'number',
        'Days after its end in which a period can still be written to (P7)'
    ),
    (
        'sync.guard_percent', '5', 'number',
        'A run that would deactivate more than this share of a company''s clients is held (Y7)'
    ),
    (
        'sync.guard_floor', '50', 'number',
        'The guard never holds a run for fewer clients than this (Y7)'
    )
on conflict (key, company_id) do nothing;

-- Times are in the business's time zone; L is the last day of the month: the evening before.
insert into scheduled_jobs (name, cron_expression, function_name, payload)
values
    ('open-monthly-period', '0 20 L * *', 'open_period', '{"cycle": "monthly"}'),
    ('open-quarterly-period', '30 20 L 3,6,9,12 *', 'open_period', '{"cycle": "quarterly"}'),
    ('fold-row-counts', '* * * * *', 'fold_row_counts', '{}'),
    ('catch-up-periods', '*/5 * * * *', 'open_period', '{}'),
    ('sync-snowflake', '0 2 * * *', 'sync', '{"source": "snowflake"}'),
    ('sync-csv', '0 3 * * *', 'sync', '{"source": "csv"}'),
    ('sync-nextbank', '30 3 * * *', 'sync', '{"source": "nextbank"}'),
    ('seal-periods', '0 1 * * *', 'seal_periods', '{}'),
    ('retention', '0 4 * * *', 'retention', '{}'),
    ('expiry', '15 * * * *', 'expiry', '{}')
on conflict (name) do nothing;
