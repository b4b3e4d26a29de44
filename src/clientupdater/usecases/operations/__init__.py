"""Health and gauges."""
