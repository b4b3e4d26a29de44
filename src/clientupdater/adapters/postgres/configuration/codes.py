"""Codes and names over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg

if TYPE_CHECKING:
    pass

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

_CODES = """
    select 'company', id, code from companies
    union all select 'branch', id, code from branches where id = any(%(branches)s)
    union all select 'area', id, code from areas where id = any(%(areas)s)
    union all select 'person', id, staff_name(first_name, last_name, email) from users
        where id = any(%(people)s)
"""
