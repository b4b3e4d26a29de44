"""Lookups, and names of companies, branches, areas and people."""
