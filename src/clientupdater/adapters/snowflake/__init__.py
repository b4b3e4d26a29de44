"""Clients from a view in Snowflake, through Snowflake's own connector."""
