left join lateral (
    select r.*
    from client_period_status r
    where
        r.client_id = c.id
        and r.period = any(array[(%(running)s::text[])[1], (%(running)s::text[])[2]])
    order by (
        r.period_type::text = (
            select p.tracking_cycle::text from products p where p.id = c.product_id
        )
    ) desc nulls last
    limit 1
) s on true
