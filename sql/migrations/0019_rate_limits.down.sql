drop table rate_limit_counts;
