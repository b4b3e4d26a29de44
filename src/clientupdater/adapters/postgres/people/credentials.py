"""Passwords, resets and counts of failures in PostgreSQL (U3, U6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.people.rows import QUERIES, issue_of
from clientupdater.domain.accounts import Credential, OneTime
from clientupdater.domain.ids import PersonId
from clientupdater.domain.people import OneTimePassword, SignInRecord

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.domain.accounts import Issue
    from clientupdater.domain.callers import Origin


@frozen
class PostgresCredentials:
    """Passwords, resets and counts of failures."""

    _connection: Connection

    def find(self, email: str) -> Credential | None:
        values = {"email": email}
        row = self._connection.execute(QUERIES["credential_by_email"], values).fetchone()
        return _credential(*row) if row else None

    def lock(self, person: PersonId | None) -> Credential | None:
        """For None, run the same two statements (U3)."""
        values = {"person": person}
        self._connection.execute(QUERIES["lock_person"], values)
        row = self._connection.execute(QUERIES["credential_by_id"], values).fetchone()
        return _credential(*row) if row else None

    def set(
        self,
        person: PersonId,
        password: str,
        now: datetime,
        expires_at: datetime | None,
        issue: Issue | None = None,
    ) -> None:
        values = {
            "person": person,
            "password": password,
            "now": now,
            "expires_at": expires_at,
            "issued_by": issue and issue.by,
            "issued_rights": issue and issue.rights,
        }
        self._connection.execute(QUERIES["set_password"], values)

    def renew(self, person: PersonId, before: str, after: str) -> None:
        values = {"person": person, "before": before, "after": after}
        self._connection.execute(QUERIES["renew_password"], values)

    def record_refusal(
        self, person: PersonId | None, record: SignInRecord, because: str, origin: Origin
    ) -> None:
        """For None, run the same two statements (U3)."""
        count = {
            "person": person,
            "failures": record.failures,
            "locked_until": record.locked_until,
        }
        log = {
            "person": person and str(person),
            "details": Jsonb({"because": because, **origin.record}),
            "ip_address": origin.ip_address,
            "user_agent": origin.user_agent,
        }
        self._connection.execute(QUERIES["count_failure"], count)
        self._connection.execute(QUERIES["log_failure"], log)

    def record_sign_in(self, person: PersonId, now: datetime) -> None:
        self._connection.execute(QUERIES["record_sign_in"], {"person": person, "now": now})

    def issue_one_time(self, person: PersonId, issued: OneTime, token: str | None) -> None:
        values = {
            "person": person,
            "kind": "reset" if token else "initial",
            "token": token,
            "issued_by": issued.issued_by,
            "issued_at": issued.password.issued_at,
        }
        self._connection.execute(QUERIES["issue_one_time"], values)

    def lock_one_time(self, token: str) -> tuple[PersonId, OneTime] | None:
        """Lock the owner first, as every transaction that locks both does."""
        self._connection.execute(QUERIES["lock_owner_of_reset"], {"token": token})
        row = self._connection.execute(QUERIES["reset_by_token"], {"token": token}).fetchone()
        if row is None:
            return None
        person, issued_at, used_at, issued_by = row
        return PersonId(person), _one_time(issued_at, used_at, issued_by)

    def use_one_time(self, person: PersonId, now: datetime) -> None:
        self._connection.execute(QUERIES["use_initial"], {"person": person, "now": now})

    def void_one_time(self, person: PersonId) -> None:
        self._connection.execute(QUERIES["void_one_time"], {"person": person})


def _credential(*columns: Any) -> Credential:
    id_, email, password, failures, locked_until, active, issued_at, used_at, by, *issue = columns
    return Credential(
        person=PersonId(id_),
        email=email,
        password=password,
        sign_in=SignInRecord(failures, locked_until),
        is_active=active,
        one_time=_one_time(issued_at, used_at, by) if issued_at else None,
        password_issue=issue_of(*issue),
    )


def _one_time(issued_at: datetime, used_at: datetime | None, by: Any) -> OneTime:
    return OneTime(password=OneTimePassword(issued_at, used_at), issued_by=by and PersonId(by))
