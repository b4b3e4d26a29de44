"""The queue, its leases, wake-ups, schedules and retention."""
