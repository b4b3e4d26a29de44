"""People by what an issuer of tokens calls them, over one PostgreSQL transaction."""

from __future__ import annotations

from typing import Any, TypeAlias

import psycopg

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
