"""Worlds drawn at random: the SQL does to each client what the domain says (Y4-Y10, C1)."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from attrs import Factory, define, evolve, field, frozen
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from clientupdater.domain.clients import Client
from clientupdater.domain.ids import BranchId, ClientId, CompanyId
from clientupdater.domain.periods import Cycle
from clientupdater.domain.sync.absence import (
    ABSENCES,
    Fate,
    FetchSummary,
    Presence,
    fate,
    reappears,
)
from clientupdater.domain.sync.comparison import Known, compare
from clientupdater.domain.sync.contacts import Contact
from clientupdater.domain.sync.fields import Field, Sealed, Source
from clientupdater.domain.sync.jobs import Mode
from clientupdater.domain.sync.mapping import Record, map_records
from clientupdater.domain.sync.plan import FieldChange, canonical
from clientupdater.domain.sync.versions import RecordVersion
from clientupdater.ports.sources import is_deleted
from clientupdater.ports.unit_of_work import SYSTEM
from tests.support.sync_fixture import BLANK, Syncing, record
from tests.support.thoroughness import some_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from clientupdater.domain.sync.comparison import Finding
    from clientupdater.domain.sync.fields import Value
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.domain.sync.mapping import Row
    from clientupdater.ports.sync import Terms

CODES = ("FC-1", "FC-2", "FC-3")
FIELDS = (Field.FULL_NAME, Field.BRANCH, Field.PAR_STATUS, Field.PRODUCT, Field.LOAN_STATUS)
ANYBODY: Any = None
History = list[tuple[str, str, str | None, str | None]]


@define
class ModelRow:
    """The running period's row of a client, as far as a sync bears on it."""

    branch: str
    exempt: str | None = None
    version: int = 0


@define
class ModelClient:
    """A client as the domain's functions leave it."""

    values: dict[Field, Value]
    contact: Contact
    active: bool = True
    said: dict[Source, str | None] = Factory(dict)
    taken: dict[Source, RecordVersion] = Factory(dict)
    presences: dict[Source, Presence] = Factory(dict)
    row: ModelRow | None = None

    def exempt_cause(self) -> str | None:
        """Ask the domain why it is not tracked."""
        client = Client(
            id=ClientId(ANYBODY),
            code="",
            company=CompanyId(ANYBODY),
            branch=BranchId(ANYBODY),
            cycle=Cycle.MONTHLY if self.values[Field.PRODUCT] else None,
            is_active=self.active,
            par_trackable=self.values[Field.PAR_STATUS] != "tele_hardcore",
        )
        cause = client.exempt_cause
        return str(cause) if cause else None

    def correct(self, number: str) -> None:
        """Let a person correct its contact number."""
        self.contact = Contact(number, self.contact.source_value, corrected=True)

    def follow(self) -> None:
        """Open, settle and move its row (P4, P6, Y11)."""
        cause, branch = self.exempt_cause(), str(self.values[Field.BRANCH])
        if self.row is None:
            if cause is None and self.values[Field.PRODUCT]:
                self.row = ModelRow(branch)
            return
        if self.row.exempt != cause:
            self.row.exempt, self.row.version = cause, self.row.version + 1
        if self.row.branch != branch:
            self.row.branch, self.row.version = branch, self.row.version + 1


@define
class Model:
    """The book, taken over by the domain's own functions, one record after the other."""

    clients: dict[str, ModelClient] = Factory(dict)

    def run(
        self, source: Source, terms: Terms, records: Iterable[Any], fetch: FetchSummary
    ) -> History:
        """Take over what a source says."""
        items = [Record(n, each, is_deleted(each)) for n, each in enumerate(records, 1)]
        mapped = map_records(terms.general, terms.lookups, items)
        history: History = []
        for row in mapped.rows:
            self._take(source, row, terms, history)
        fetch = evolve(fetch, repeated_codes=mapped.repeated_codes)
        gone = self.clients.keys() - mapped.seen if fetch.marks_absent else frozenset()
        for code in gone:
            self._miss(code, source, fetch.as_of, history)
        return history

    def _take(self, source: Source, row: Row, terms: Terms, history: History) -> None:
        client = self.clients.get(row.code)
        finding = compare(
            self._known(row.code, client, source),
            row,
            terms.general.owned,
            lambda n: Sealed(n, n[-4:]),
        )
        if finding.create:
            self._create(source, row, finding.create.values)
            return
        if client is None:
            return
        before = client.presences.get(source, Presence())
        if finding.outdated:
            client.presences[source] = evolve(before, missed=0, missed_as_of=None)
            return
        client.taken[source] = _merged(client.taken.get(source, RecordVersion()), row.version)
        if finding.deleted:
            client.presences[source] = Presence().deleted()
            self._deactivate(row.code, client, source, history)
            return
        client.presences[source] = before.delivered()
        self._change(row, client, source, finding, history)

    def _create(self, source: Source, row: Row, values: Mapping[Field, Value]) -> None:
        number = values[Field.CONTACT_NUMBER]
        result = None if number is None else str(number)
        client = ModelClient(
            {each: values[each] for each in FIELDS},
            Contact().as_source_says(result),
            said={source: result},
            taken={source: row.version},
            presences={source: Presence()},
        )
        client.follow()
        self.clients[row.code] = client

    def _change(
        self, row: Row, client: ModelClient, source: Source, finding: Finding, history: History
    ) -> None:
        changes: tuple[FieldChange, ...] = finding.update.changes if finding.update else ()
        for each in changes:
            history.append((row.code, each.field, canonical(each.before), canonical(each.after)))
            if Field(each.field) in FIELDS:
                client.values[Field(each.field)] = each.after
        if Field.CONTACT_NUMBER in finding.contacts:
            client.contact = finding.contacts[Field.CONTACT_NUMBER]
        word = row.values[Field.CONTACT_NUMBER]
        client.said[source] = None if word is None else str(word)
        if reappears(client.presences, source, was_active=client.active):
            client.active = True
            history.append((row.code, "is_active", "false", "true"))
        client.follow()

    def _miss(self, code: str, source: Source, as_of: datetime, history: History) -> None:
        client = self.clients[code]
        presence = client.presences.get(source)
        if presence is None or presence.named_deleted:
            return
        if presence.missed < ABSENCES:
            client.presences[source] = presence.missing(as_of)
        self._deactivate(code, client, source, history)

    def _deactivate(self, code: str, client: ModelClient, source: Source, history: History) -> None:
        if fate(client.presences, source, was_active=client.active) is Fate.VANISHED:
            client.active = False
            history.append((code, "is_active", "true", "false"))
            client.follow()

    def _known(self, code: str, client: ModelClient | None, source: Source) -> Known | None:
        if client is None:
            return None
        contact = client.contact
        if contact.corrected:
            contact = evolve(contact, source_value=client.said.get(source))
        return Known(
            {**dict.fromkeys(Field), **client.values, **_same(code, contact)},
            {Field.CONTACT_NUMBER: contact, Field.CONTACT_NUMBER_ALT: Contact()},
            client.taken.get(source, RecordVersion()),
        )


def _same(code: str, contact: Contact) -> dict[Field, Value]:
    """Give what no record of these worlds changes."""
    return {
        Field.CONTACT_NUMBER: contact.value,
        Field.COMPANY: "FCASH",
        Field.CLIENT_CODE: code,
    }


def _merged(before: RecordVersion, now: RecordVersion) -> RecordVersion:
    return RecordVersion(now.at or before.at, now.number)


# --- the worlds


class How(StrEnum):
    """How a run comes about: the same comes of it."""

    AT_ONCE = "at once"
    PREVIEWED = "after a preview that nobody approves"
    APPROVED = "as an approved preview"


@frozen
class Corrected:
    """A person corrects a contact number."""

    code: str
    number: str

    def happens(self, syncing: Syncing, model: Model) -> None:
        """Let it happen to both."""
        model.clients[self.code].correct(self.number)
        syncing.do(
            "update clients set contact_number = %s, contact_number_corrected = true,"
            " contact_conflict = false where client_code = %s",
            self.number,
            self.code,
        )


@frozen
class Typed:
    """Somebody repairs a name in psql."""

    code: str
    name: str

    def happens(self, syncing: Syncing, model: Model) -> None:
        """Let it happen to both."""
        model.clients[self.code].values[Field.FULL_NAME] = self.name
        sql = "update clients set full_name = %s where client_code = %s"
        syncing.do(sql, self.name, self.code)


@frozen
class Owned:
    """A field comes to be owned by the sources that did not own it, and by no other (Y10)."""

    field: str
    code: str = CODES[0]

    def happens(self, syncing: Syncing, _: Model) -> None:
        """Let it happen; the model reads the mappings anew for each run."""
        sql = "update field_mappings set owns_field = not owns_field where field = %s"
        syncing.do(sql, self.field)


_moments = st.sampled_from([None, *(datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2, 3))])
_facts = st.fixed_dictionaries(
    {
        "full_name": st.sampled_from(["Juan dela Cruz", "Maria Clara"]),
        "branch_code": st.sampled_from(["CAL", "CAL", "DAV", "NOWHERE"]),
        "par_status": st.sampled_from(["do_not_show", "tele_hardcore", None]),
        "product_code": st.sampled_from(["FCASH_SSS", "FCASH_SSS", None]),
        "loan_status": st.sampled_from([None, "OPEN", "CLOSED"]),
        "contact_number": st.sampled_from([None, "+639170000001", "+639170000002"]),
        "updated_at": _moments,
    }
)
AGAIN = "again"
"""What a source said of a client when it last said anything, word for word."""
_said = st.one_of(
    st.none(),
    st.none(),
    st.just(AGAIN),
    st.just(AGAIN),
    st.tuples(_facts, st.sampled_from([1, 1, 1, 1, 2])),
    st.tuples(_facts, st.sampled_from([1, 1, 1, 1, 2])),
    _moments,
)
_fetches = st.fixed_dictionaries(dict.fromkeys(CODES, _said)) | st.just(dict.fromkeys(CODES, AGAIN))
_events = st.one_of(
    st.builds(
        Corrected, st.sampled_from(CODES), st.sampled_from(["+639170000001", "+639170000009"])
    ),
    st.builds(Typed, st.sampled_from(CODES), st.sampled_from(["Maria Clara", "Typed By Hand"])),
    st.builds(Owned, st.sampled_from(["full_name", "loan_status", "contact_number"])),
)
_runs = st.lists(
    st.tuples(
        st.sampled_from([Source.SNOWFLAKE, Source.NEXTBANK, Source.SNOWFLAKE, Source.CSV]),
        _fetches,
        st.sampled_from([True, True, True, False]),
        st.sampled_from(How),
        _events,
    ),
    min_size=3,
    max_size=8,
)


_FACTS = {"contact_number": "+639170000001"}
_AGAIN = dict.fromkeys(CODES, AGAIN)
_HERE = dict.fromkeys(CODES, (_FACTS, 1))
_WITHOUT_ONE: dict[str, Any] = {**_HERE, "FC-1": None}
"""What chance alone seldom draws: one of two sources misses a client, then the other does too."""
_MISSED = [
    (Source.SNOWFLAKE, _HERE, True, How.AT_ONCE, Corrected("FC-2", "+639170000009")),
    (Source.NEXTBANK, _HERE, True, How.AT_ONCE, None),
    *[(Source.SNOWFLAKE, _WITHOUT_ONE, True, How.AT_ONCE, None)] * 3,
    *[(Source.NEXTBANK, _WITHOUT_ONE, True, How.APPROVED, None)] * 2,
    (Source.SNOWFLAKE, _HERE, True, How.AT_ONCE, None),
]
_TOUCHED = [
    (Source.SNOWFLAKE, _HERE, True, How.AT_ONCE, Typed("FC-1", "Typed By Hand")),
    (Source.SNOWFLAKE, _AGAIN, True, How.PREVIEWED, Typed("FC-2", "Typed By Hand")),
    (Source.SNOWFLAKE, _AGAIN, True, How.APPROVED, Owned("full_name")),
    (Source.NEXTBANK, _HERE, True, How.AT_ONCE, Typed("FC-1", "Typed By Hand")),
    (Source.SNOWFLAKE, _AGAIN, True, How.AT_ONCE, Owned("full_name")),
    (Source.SNOWFLAKE, _AGAIN, True, How.AT_ONCE, None),
    (Source.SNOWFLAKE, _WITHOUT_ONE, True, How.AT_ONCE, None),
    (Source.SNOWFLAKE, _AGAIN, True, How.AT_ONCE, None),
]
"""What nobody says anew, and what has to be put right all the same, as soon as it may be."""


def _records(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for code, word in result.items():
        if isinstance(word, tuple):
            facts, times = word
            items += [record(code, **facts)] * times
        elif word is not None:
            items.append({**BLANK, "CLIENT_CODE": code, "UPDATED_AT": word, "deleted": True})
    return items


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=len(some_of(range(20), few=8)),
    phases=[Phase.explicit, Phase.generate],
)
@given(_runs)
@example(_MISSED)
@example(_TOUCHED)
def test_the_sql_does_what_the_domain_says(syncing: Syncing, runs: Any) -> None:
    _emptied(syncing)
    model, words = Model(), dict[Any, Any]()
    for source, drawn, full, how, event in runs:
        syncing.clock.forward(minutes=1)
        value = {
            code: words.get((source, code)) if word == AGAIN else word
            for code, word in drawn.items()
        }
        words.update({(source, code): word for code, word in value.items() if word})
        records = _records(value)
        with syncing.work.begin(SYSTEM) as tx:
            terms = tx.sync_mappings.terms(source)
        expected = model.run(source, terms, records, _fetch(syncing, records, full=full))
        job = _done(syncing, records, how, source=source, full=full)
        result = syncing.rows(
            "select c.client_code, field_changed, old_value, new_value from client_sync_history h"
            " join clients c on c.id = h.client_id where h.sync_job_id = %s",
            job.id,
        )
        assert sorted(result, key=str) == sorted(expected, key=str)
        assert _book(syncing) == _told(model)
        if event and event.code in model.clients:
            event.happens(syncing, model)


def _done(syncing: Syncing, records: list[dict[str, Any]], how: How, **asked: Any) -> SyncJob:
    source = _Listed(syncing, records).source()
    run = syncing.runner(source)
    if how is How.AT_ONCE:
        return run(syncing.ask(**asked))
    preview = run(syncing.ask(**asked, mode=Mode.PREVIEW))
    return run(syncing.ask(**asked)) if how is How.PREVIEWED else syncing.approve(preview)


@define
class _Listed:
    syncing: Syncing
    records: list[dict[str, Any]] = field(factory=list)

    def source(self) -> Any:
        """Give a source of just these records, whatever was asked for."""
        return evolve(self.syncing.source(), records=self.records, changed="NOTHING")


def _fetch(syncing: Syncing, records: list[Any], *, full: bool) -> FetchSummary:
    return FetchSummary(syncing.clock.now(), full, len(records), len(records))


def _emptied(syncing: Syncing) -> None:
    of_nextbank = "('par_status', 'past_due_amount', 'loan_status')"
    syncing.do(
        "set session_replication_role = replica; truncate clients, client_sources,"
        " client_sync_history, client_period_status, status_events, client_words, sync_jobs,"
        " sync_plans, sync_snapshots, sync_rejects, sync_watermarks cascade;"
        " update field_mappings set owns_field ="
        f" (source = 'nextbank') = (field in {of_nextbank})"
    )


def _book(syncing: Syncing) -> Any:
    clients = syncing.rows(
        "select c.client_code, c.full_name, b.code, ps.code, p.code, c.loan_status,"
        " c.contact_number, c.contact_conflict, c.is_active, rb.code, s.exempt_cause, s.version"
        " from clients c join branches b on b.id = c.branch_id"
        " left join par_statuses ps on ps.id = c.par_status_id"
        " left join products p on p.id = c.product_id"
        " left join client_period_status s on s.client_id = c.id"
        " left join branches rb on rb.id = s.branch_id order by 1"
    )
    sources = syncing.rows(
        "select c.client_code, k.source::text, k.missing_count, k.named_deleted, k.contact_number,"
        " k.source_version from client_sources k join clients c on c.id = k.client_id"
    )
    return clients, {(code, source): tuple(rest) for code, source, *rest in sources}


def _told(model: Model) -> Any:
    clients, sources = [], {}
    for code, each in sorted(model.clients.items()):
        row = each.row
        clients.append(
            (
                code,
                *(each.values[name] for name in FIELDS),
                each.contact.value,
                each.contact.conflict,
                each.active,
                *((row.branch, row.exempt, row.version) if row else (None, None, None)),
            )
        )
        for source, presence in each.presences.items():
            sources[code, str(source)] = (
                presence.missed,
                presence.named_deleted,
                each.said.get(source),
                each.taken.get(source, RecordVersion()).at,
            )
    return clients, sources
