"""Seals of closed periods over one PostgreSQL transaction, hashed in the database (R11)."""

from __future__ import annotations

from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from attrs import frozen

from clientupdater.adapters.postgres.core.named_queries import read_blocks, render
from clientupdater.adapters.postgres.read_models.scope import ScopePredicate
from clientupdater.domain.ids import BranchId, CompanyId
from clientupdater.domain.periods import Period
from clientupdater.domain.seals import (
    MerkleTree,
    SealFault,
    SealFlaw,
    SealHeader,
    branch_leaf,
    merkle_path,
    merkle_root,
)
from clientupdater.ports.seals import CorrectedRow, Seal, SealFigures, SealProof

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.ids import ClientId

_BATCH = 2000
"""Rows of a server-side cursor that are in memory at once."""
_NOW = {
    "row": "s.id",
    "client": "c.id",
    "client_code": "c.client_code",
    "company": "%(company)s::text",
    "branch": "s.branch_id",
    "remarks_digest": "m.digest",
}
_SEALED = {
    "row": "r.client_period_status_id",
    "client": "r.client_id",
    "client_code": "r.client_code",
    "company": "%(company)s::text",
    "branch": "r.branch_id",
}


def _queries() -> Mapping[str, str]:
    blocks = read_blocks("tracking/seals.sql")
    sealed = {**_SEALED, "remarks_digest": blocks["sealed_digest"]}
    parts = {
        "recomputed_leaf": render(blocks, "leaf", **sealed),
        "recomputed_text": render(blocks, "row_text", **sealed),
    }
    plain = ("leaf", "row_text", "row_head", "event_text")
    return {
        name: render(blocks, name, **_NOW, **parts, within="{within}")
        for name in blocks
        if name not in plain
    }


QUERIES = _queries()


@frozen
class PostgresSeals:
    """Implements `Seals`."""

    _connection: Connection
    _configuration: Configuration

    def unsealed(self) -> list[tuple[CompanyId, Period]]:
        rows = self._connection.execute(QUERIES["unsealed"].encode())
        return [(CompanyId(company), Period.parse(period)) for company, period in rows]

    def seal(self, company: CompanyId, period: Period, at: datetime) -> Seal | None:
        place = {"company": str(company), "period": str(period)}
        self._connection.execute(QUERIES["lock"].encode(), place)
        if self.find(company, period):
            return None
        params = {**place, "seal": uuid4()}
        ((rows, events),) = self._all("seal_rows", params)
        if not rows:
            return None
        header = self._header(company, period, at)
        seal = Seal(header, header.root(self._note_branches(params)), rows, events)
        self._note(seal, params)
        return seal

    def _header(self, company: CompanyId, period: Period, at: datetime) -> SealHeader:
        previous = self._seal("before", {"company": company, "period": str(period)})
        return SealHeader(
            company=company,
            period=period,
            sealed_at=at,
            previous_period=previous.header.period if previous else None,
            previous_root=previous.root if previous else None,
        )

    def _note_branches(self, params: Mapping[str, object]) -> bytes:
        """Write the root of each branch; give the root of all."""
        tree = MerkleTree()
        for branch, leaves in groupby(self._stream("leaves", params), itemgetter(0)):
            rows = _tree(leaf for _, leaf in leaves)
            tree.add(branch_leaf(branch, rows.root))
            entry = {**params, "branch": branch, "root": rows.root, "rows": rows.size}
            self._connection.execute(QUERIES["note_branch"].encode(), entry)
        return tree.root

    def _note(self, seal: Seal, params: Mapping[str, object]) -> None:
        header = seal.header
        values = {
            **params,
            "root": seal.root,
            "previous_period": header.previous_period and str(header.previous_period),
            "previous_root": header.previous_root,
            "rows": seal.row_count,
            "events": seal.event_count,
            "sealed_at": header.sealed_at,
        }
        self._connection.execute(QUERIES["note_seal"].encode(), values)

    def find(self, company: CompanyId, period: Period) -> Seal | None:
        return self._seal("find", {"company": company, "period": str(period)})

    def of_period(self, period: Period) -> list[Seal]:
        return [_seal(*each) for each in self._all("of_period", {"period": str(period)})]

    def sealed_in(self, client: ClientId, period: Period) -> Seal | None:
        return self._seal("sealed_in", {"client": client, "period": str(period)})

    def faults(self, seal: Seal) -> Iterator[SealFault]:
        params = self._params(seal)
        sealed = {branch: (root, rows) for branch, root, rows in self._all("branches", params)}
        tree = MerkleTree()
        for branch, rows in groupby(self._stream("recomputed", params), itemgetter(0)):
            leaves = MerkleTree()
            for _, code, leaf, is_same, is_there in rows:
                leaves.add(leaf)
                if not is_there:
                    yield SealFault(SealFlaw.ROW_REMOVED, BranchId(branch), code)
                elif not is_same:
                    yield SealFault(SealFlaw.ROW_CHANGED, BranchId(branch), code)
            if sealed.pop(branch, None) != (leaves.root, leaves.size):
                yield SealFault(SealFlaw.BRANCH_CHANGED, BranchId(branch))
            tree.add(branch_leaf(branch, leaves.root))
        for branch in sealed:
            yield SealFault(SealFlaw.BRANCH_CHANGED, BranchId(branch))
        if not tree.size or seal.header.root(tree.root) != seal.root:
            yield SealFault(SealFlaw.ROOT_CHANGED)
        if self._is_chain_broken(seal):
            yield SealFault(SealFlaw.CHAIN_BROKEN)

    def _is_chain_broken(self, seal: Seal) -> bool:
        header = seal.header
        before = header.previous_period and self.find(header.company, header.previous_period)
        place = {"company": header.company, "period": str(header.period)}
        after = [_seal(*each) for each in self._all("after", place)]
        return (before.root if before else None) != header.previous_root or any(
            each.header.previous_root != seal.root for each in after
        )

    def figures(
        self, seal: Seal, scopes: Sequence[AccessScope] = (), *, at_most: int
    ) -> SealFigures:
        known = [each.over(map(CompanyId, self._configuration.companies)) for each in scopes]
        predicates = [ScopePredicate(each, f"r{n}") for n, each in enumerate(known)]
        within = " and ".join(["true", *(each.form.over_clients() for each in predicates)])
        params = self._params(seal)
        for each in predicates:
            params |= each.params
        ((rows, events),) = self._all("sealed_figures", params, within)
        corrected = [
            CorrectedRow(code, BranchId(branch), since)
            for code, branch, since in self._all("corrected", params, within)
        ]
        return SealFigures(
            rows=rows,
            events=events,
            corrected_rows=len(corrected),
            corrected_events=sum(each.events for each in corrected),
            corrected=tuple(islice(corrected, at_most)),
        )

    def proof(self, seal: Seal, client: ClientId) -> SealProof:
        params = {**self._params(seal), "client": client}
        ((branch, code, text),) = self._all("sealed_row", params)
        rows = self._all("branch_rows", {**params, "branch": branch})
        branches = self._all("branches", params)
        hashes = [branch_leaf(each, root) for each, root, _ in branches]
        place = [each for each, _, _ in branches].index(branch)
        leaves = [leaf for _, leaf in rows]
        return SealProof(
            seal=seal,
            client_code=code,
            row=text,
            path=merkle_path(leaves, [is_it for is_it, _ in rows].index(True)),
            branch=BranchId(branch),
            branch_root=merkle_root(leaves),
            branch_path=merkle_path(hashes, place),
        )

    def _params(self, seal: Seal) -> dict[str, object]:
        company, period = seal.header.company, str(seal.header.period)
        ((id_, *_),) = self._all("find", {"company": company, "period": period})
        return {"seal": id_, "company": company, "period": period}

    def _seal(self, query: str, params: Mapping[str, object]) -> Seal | None:
        rows = self._all(query, params)
        return _seal(*rows[0]) if rows else None

    def _all(
        self, query: str, params: Mapping[str, object], within: str = ""
    ) -> list[tuple[Any, ...]]:
        sql = QUERIES[query].replace("{within}", within)
        return self._connection.execute(sql.encode(), params).fetchall()

    def _stream(self, query: str, params: Mapping[str, object]) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor(name="seal") as cursor:
            cursor.itersize = _BATCH
            cursor.execute(QUERIES[query].encode(), params)
            yield from cursor


def _tree(leaves: Iterable[bytes]) -> MerkleTree:
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    return tree


def _seal(_: UUID, company: UUID, period: str, at: datetime, *columns: Any) -> Seal:
    previous, previous_root, root, rows, events = columns
    header = SealHeader(
        company=CompanyId(company),
        period=Period.parse(period),
        sealed_at=at,
        previous_period=Period.parse(previous) if previous else None,
        previous_root=previous_root,
    )
    return Seal(header, root, rows, events)
