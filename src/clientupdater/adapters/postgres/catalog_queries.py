"""The statements of maintenance: the book of migrations, and questions to the catalogs."""

from __future__ import annotations

CREATE_BOOK = """
create table if not exists schema_migrations (
    version integer primary key,
    name text not null,
    checksum text not null,
    duration_ms integer not null,
    applied_at timestamptz not null default now(),
    applied_by text not null default current_user
)
"""

BOOK_EXISTS = "select to_regclass('public.schema_migrations') is not null"

READ_BOOK = "select version, name, checksum, applied_at from schema_migrations"

RECORD_STEP = """
insert into schema_migrations (version, name, checksum, duration_ms) values (%s, %s, %s, %s)
"""

FORGET_STEP = "delete from schema_migrations where version = %s"

INVALID_INDEXES = """
select i.indexrelid::regclass::text
  from pg_index i
  join pg_class c on c.oid = i.indexrelid
 where not i.indisvalid
   and c.relnamespace = 'public'::regnamespace
 order by 1
"""
