"""Periods, rows, events and the worklist."""
