"""The statement that reads codes and names of companies, branches, areas and people."""

from __future__ import annotations

_CODES = """
    select 'company', id, code from companies
    union all select 'branch', id, code from branches where id = any(%(branches)s)
    union all select 'area', id, code from areas where id = any(%(areas)s)
    union all select 'person', id, staff_name(first_name, last_name, email) from users
        where id = any(%(people)s)
"""
