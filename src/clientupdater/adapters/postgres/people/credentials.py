"""Passwords, resets, sessions and counts of failures in PostgreSQL (U2, U3, U6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.core.named_queries import Statement
from clientupdater.adapters.postgres.people.rows import (
    ACCOUNT_WIDTH,
    QUERIES,
    RIGHTS_WIDTH,
    SESSION_WIDTH,
    account_of,
    actor_by_ids,
    issue_of,
    known_actor,
    session_of,
)
from clientupdater.domain.accounts import Credential, OneTime
from clientupdater.domain.ids import PersonId
from clientupdater.domain.people import OneTimePassword, SignInRecord
from clientupdater.ports.people import KnownSession

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from clientupdater.adapters.postgres.configuration.configuration import ConfigurationMemory
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.access import Actor
    from clientupdater.domain.accounts import Issue, OpenSession
    from clientupdater.domain.callers import Origin
    from clientupdater.domain.sessions import Session

_SESSION_BY_TOKEN = Statement.of(QUERIES["session_by_token"])


@frozen
class PostgresCredentials:
    _connection: Connection
    _memory: ConfigurationMemory

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

    def session(self, token: str, now: datetime) -> KnownSession | None:
        """Find the session, its person and their rights in one statement; an issuer takes another.

        Few sessions have one, and every statement sets up all of its parts.
        """
        values = {"token": token, "now": now}
        rows = self._connection.read(_SESSION_BY_TOKEN, values)
        if not rows:
            return None
        (row,) = rows
        until = SESSION_WIDTH + ACCOUNT_WIDTH
        account, rights = row[SESSION_WIDTH:until], row[until : until + RIGHTS_WIDTH]
        generation = row[-1]
        configuration = self._memory.at(generation, self._connection)
        actor = configuration.remembered(
            (account[0], *rights), lambda: actor_by_ids(account[0], rights, configuration)
        )
        opened = session_of(row[:SESSION_WIDTH])
        issuer = self._actor(opened.issue.by, now) if opened.issue else None
        person = account_of(account, actor.territory)
        return KnownSession(opened, person, actor, generation, issuer)

    def _actor(self, person: PersonId, now: datetime) -> Actor | None:
        values = {"person": person, "now": now}
        row = self._connection.execute(QUERIES["actor_by_id"], values).fetchone()
        return known_actor(row) if row else None

    def touch_session(self, session: UUID, now: datetime) -> None:
        """Skip a row that another transaction has locked."""
        self._connection.execute(QUERIES["touch_session"], {"id": session, "now": now})

    def open_session(
        self,
        person: PersonId,
        token: str,
        session: Session,
        origin: Origin,
        issue: Issue | None,
    ) -> UUID:
        values = {
            "person": person,
            "token": token,
            "kind": str(session.kind),
            "ip_address": origin.ip_address,
            "user_agent": origin.user_agent,
            "created_at": session.created_at,
            "last_seen_at": session.last_seen_at,
            "expires_at": session.expires_at,
            "issued_by": issue and issue.by,
            "issued_rights": issue and issue.rights,
        }
        (opened,) = self._connection.execute(QUERIES["open_session"], values).fetchall()
        identity: UUID = opened[0]
        return identity

    def sessions_of(self, person: PersonId, now: datetime) -> list[OpenSession]:
        values = {"person": person, "now": now}
        return [
            session_of(each)
            for each in self._connection.execute(QUERIES["sessions_of_person"], values)
        ]

    def revoke_sessions(self, sessions: Collection[UUID], now: datetime, reason: str) -> int:
        values = {"ids": list(sessions), "now": now, "reason": reason}
        return self._connection.execute(QUERIES["revoke_sessions"], values).rowcount


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
