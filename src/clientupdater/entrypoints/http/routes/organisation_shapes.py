"""Answers about areas, branches, contacts and imports.

The command line prints them, too, so this module imports nothing heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import attrs
from attrs import field, frozen

from clientupdater.domain.imports import LineVerdict, Verdict
from clientupdater.domain.organisation import ClosingEffect
from clientupdater.entrypoints.http.descriptions.about import About

if TYPE_CHECKING:
    from clientupdater.domain.organisation import Area as KnownArea
    from clientupdater.domain.organisation import Branch as KnownBranch
    from clientupdater.domain.organisation import BranchContact as KnownContact
    from clientupdater.ports.codes import Names
    from clientupdater.ports.organisation import AreaBranch as KnownMember
    from clientupdater.usecases.organisation.closing import ClosingResult

AREA_CODE, AREA_NAME = About("The area's code.", "NCR"), About("The area's name.", "Metro North")
AREA_COMPANY = About("The company's code; null: of every company.", "FCASH")
BRANCH_CODE = About("The branch's code, as sources name it.", "QC01")
BRANCH_NAME = About("The branch's name.", "Cubao Branch")
LOCATION = About("Where it is.", "Aurora Blvd, Quezon City")
CATEGORY = About("What kind it is.", "Full service")
CONTACT_TYPE = About("What it is: phone, email, or another word in small letters.", "phone")
CONTACT_VALUE = About("The number, the address, or whatever reaches the branch.", "+63289123456")
CONTACT_PRIMARY = About("Whether it is the one to try first; one of each type is.", example=True)


@frozen
class Area:
    """A group of branches."""

    id: UUID
    code: Annotated[str, AREA_CODE]
    name: Annotated[str, AREA_NAME]
    company: Annotated[str | None, AREA_COMPANY]
    version: int

    @classmethod
    def of(cls, area: KnownArea, names: Names) -> Area:
        company = names.companies[area.company] if area.company else None
        return cls(area.id, area.code, area.name, company, area.version)


@frozen
class AreaBranch:
    """A branch of an area."""

    code: Annotated[str, About("The branch's code.", "QC01")]
    name: Annotated[str, About("The branch's name.", "Cubao Branch")]
    is_primary: Annotated[bool, About("Whether this is the branch's primary area.", example=True)]

    @classmethod
    def of(cls, branch: KnownMember) -> AreaBranch:
        return cls(branch.code, branch.name, branch.is_primary)


@frozen
class Branch:
    """An office that clients belong to."""

    id: UUID
    code: Annotated[str, BRANCH_CODE]
    name: Annotated[str, BRANCH_NAME]
    location: Annotated[str | None, LOCATION]
    category: Annotated[str | None, CATEGORY]
    areas: Annotated[tuple[str, ...], About("The areas that it is in, by code.", ["NCR"])]
    primary_area: Annotated[str | None, About("Its primary area, by code; null: none.", "NCR")]
    version: int

    @classmethod
    def of(cls, branch: KnownBranch, names: Names) -> Branch:
        return cls(
            id=branch.id,
            code=branch.code,
            name=branch.name,
            location=branch.location,
            category=branch.category,
            areas=tuple(sorted(names.areas[each] for each in branch.areas)),
            primary_area=names.areas[branch.primary_area] if branch.primary_area else None,
            version=branch.version,
        )


@frozen(kw_only=True)
class BranchContact:
    """A way to reach a branch."""

    id: UUID
    type: Annotated[str, CONTACT_TYPE]
    value: Annotated[str, CONTACT_VALUE]
    is_primary: Annotated[bool, CONTACT_PRIMARY]
    version: int

    @classmethod
    def of(cls, contact: KnownContact) -> BranchContact:
        return cls(**{a.name: getattr(contact, a.name) for a in attrs.fields(cls)})


@frozen(kw_only=True)
class BranchClosing:
    """What closing a branch does, or would do."""

    branch: str
    into: Annotated[str, About("The branch that takes the clients, by code.", "QC02")]
    is_applied: Annotated[bool, About("False: this is a preview.", example=False)]
    plan_hash: Annotated[str, About("Send it to close the branch with these effects.", "9f" * 32)]
    clients: Annotated[int, About("Clients that move.", 412)]
    rows: Annotated[int, About("Rows of periods that move, because they are not done.", 398)]
    assignments_ended: Annotated[
        int, About("Assignments that end, because the officer lacks the other branch.", 120)
    ]
    contacts: Annotated[int, About("Contacts of the branch that move.", 0)]
    people: Annotated[int, About("Users who lose the branch from their territory.", 3)]
    examples: Annotated[
        tuple[str, ...],
        About(
            "Some of the clients, by code; empty unless you may see every client.", ["FC-000123"]
        ),
    ]

    @classmethod
    def of(cls, result: ClosingResult) -> BranchClosing:
        closing, plan = result.closing, result.plan
        return cls(
            branch=closing.branch.code,
            into=closing.into.code,
            is_applied=result.is_applied,
            plan_hash=plan.hash,
            clients=plan.count(ClosingEffect.CLIENT),
            rows=plan.count(ClosingEffect.ROW),
            assignments_ended=plan.count(ClosingEffect.ASSIGNMENT),
            contacts=plan.count(ClosingEffect.CONTACT),
            people=plan.count(ClosingEffect.PERSON),
            examples=plan.examples,
        )


@frozen
class ImportFault:
    """One fault of a line."""

    column: Annotated[str | None, About("The column; null: the line itself.", "areas")]
    message: str


@frozen
class ImportLine:
    """The verdict on a line."""

    line: Annotated[int, About("The number of the line in the file; the header is 1.", 2)]
    name: Annotated[str | None, About("The branch's code or the user's email.", "QC01")] = field(
        repr=False
    )
    verdict: Annotated[Verdict, About("What taking the line does.", "create")]
    changes: Annotated[tuple[str, ...], About("The columns that change something.", ["name"])]
    faults: Annotated[tuple[ImportFault, ...], About("What is wrong with the line.", [])]

    @classmethod
    def of(cls, verdict: LineVerdict) -> ImportLine:
        faults = (ImportFault(each.pointer or None, each.message) for each in verdict.faults)
        return cls(verdict.line, verdict.name, verdict.verdict, verdict.changes, tuple(faults))
