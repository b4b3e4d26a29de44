"""Logs and audits."""
