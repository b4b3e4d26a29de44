"""The keys by which the database verifies the scope of a transaction (ADR 39)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.ports.maintenance import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.postgres.core.scope_signer import ScopeSigner

_STORE = """
insert into scope_keys (name, inner_pad, outer_pad) values (%s, %s, %s) on conflict do nothing
"""
_IS_KNOWN = "select exists (select from scope_keys where name = %s)"
_MEMBERS = """
select r.rolname
  from pg_catalog.pg_roles r
 where r.rolname in ('clientupdater', 'clientupdater_app')
   and pg_catalog.pg_has_role(r.oid, 'clientupdater_system', 'MEMBER')
 order by 1
"""


def store_key(connection: Connection, signer: ScopeSigner) -> int:
    """Store the key of a signer; return whether it is new. From then on, scopes are verified."""
    return connection.execute(_STORE, (signer.name, *signer.pads)).rowcount


def unsigned_scopes(connection: Connection, signer: ScopeSigner | None) -> Iterator[Finding]:
    """Find that the database cannot verify scopes, or that the serving login may be the system."""
    if signer and connection.execute(_IS_KNOWN, (signer.name,)).fetchone() != (True,):
        remedy = "clientupdater db seed, once every process runs this version"
        yield Finding("the key that verifies scopes is missing", "scope_keys", remedy)
    for (role,) in connection.execute(_MEMBERS):
        remedy = f"REVOKE clientupdater_system FROM {role}"
        yield Finding("role serves, and may act as the system", role, remedy)
