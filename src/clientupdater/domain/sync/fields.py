"""The fields of a client that a mapping may fill (Y1)."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, TypeAlias

from attrs import frozen

from clientupdater.domain.clients import masked_pension_number
from clientupdater.domain.errors import InvalidInput


class Source(str):
    """The name of a source of clients: one of ours, or one that a program adds.

    Raises InvalidInput for text that is no name.
    """

    __slots__ = ()
    PATTERN: ClassVar = "^[a-z][a-z0-9_]{1,29}$"
    SNOWFLAKE: ClassVar[Source]
    NEXTBANK: ClassVar[Source]
    CSV: ClassVar[Source]

    def __new__(cls, name: str) -> Source:
        if not re.fullmatch(cls.PATTERN, name):
            raise InvalidInput.of("/source", SOURCE_FORM)
        return super().__new__(cls, name)


SOURCE_FORM = "must have 2 to 30 characters: small letters, digits and _, a letter first"
Source.SNOWFLAKE, Source.NEXTBANK, Source.CSV = map(Source, ("snowflake", "nextbank", "csv"))
BUILT_IN_SOURCES = (Source.SNOWFLAKE, Source.NEXTBANK, Source.CSV)


class Kind(StrEnum):
    """The kind of a field's values."""

    TEXT = "text"
    DATE = "a date"
    MONEY = "an amount of money"
    MOMENT = "a moment"
    NUMBER = "a whole number"


class Field(StrEnum):
    """A field of a client, by our name."""

    CLIENT_CODE = "client_code"
    FULL_NAME = "full_name"
    COMPANY = "company"
    PENSION_NUMBER = "pension_number"
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    CONTACT_NUMBER = "contact_number"
    CONTACT_NUMBER_ALT = "contact_number_alt"
    PENSION_TYPE = "pension_type"
    PENSIONER_TYPE = "pensioner_type"
    PRODUCT = "product"
    BRANCH = "branch"
    PAR_STATUS = "par_status"
    ACCOUNT_TYPE = "account_type"
    PAST_DUE_AMOUNT = "past_due_amount"
    LOAN_STATUS = "loan_status"
    SOURCE_UPDATED_AT = "source_updated_at"
    SOURCE_VERSION = "source_version"

    @property
    def kind(self) -> Kind:
        return _KINDS.get(self, Kind.TEXT)

    @property
    def longest(self) -> int:
        """How many characters the field has room for."""
        return _LONGEST.get(self, 50)

    @property
    def table(self) -> str:
        """The lookup table of the field's values; empty if there is none."""
        return _TABLES.get(self, "")

    @property
    def repeats(self) -> bool:
        """Whether many clients share the field's values, so that remembering them pays."""
        return self in _REPEATED


_KINDS = {
    Field.BIRTH_DATE: Kind.DATE,
    Field.PAST_DUE_AMOUNT: Kind.MONEY,
    Field.SOURCE_UPDATED_AT: Kind.MOMENT,
    Field.SOURCE_VERSION: Kind.NUMBER,
}
_TABLES = {
    Field.COMPANY: "companies",
    Field.BRANCH: "branches",
    Field.PRODUCT: "products",
    Field.PENSION_TYPE: "pension_types",
    Field.PENSIONER_TYPE: "pensioner_types",
    Field.PAR_STATUS: "par_statuses",
    Field.ACCOUNT_TYPE: "account_types",
}
LOOKUP_TABLES = tuple(_TABLES.values())
_LONGEST = {Field.FULL_NAME: 255, Field.ADDRESS: 500}
_REPEATED = _TABLES.keys() | {Field.BIRTH_DATE, Field.LOAN_STATUS}

#: A row without these is rejected, so every mapping fills them.
IDENTITY = frozenset({Field.CLIENT_CODE, Field.COMPANY})
#: Every client has these: a source that fills them never empties them.
ESSENTIAL = IDENTITY | {Field.FULL_NAME, Field.BRANCH}
#: The version of a record: not data of the client.
VERSIONING = frozenset({Field.SOURCE_UPDATED_AT, Field.SOURCE_VERSION})
#: Staff may correct these by hand (C1).
CONTACTS = frozenset({Field.CONTACT_NUMBER, Field.CONTACT_NUMBER_ALT})


@frozen
class Sealed:
    """A pension number that can be compared and shown masked, but not read (C2, C3)."""

    fingerprint: str
    last_four: str

    @property
    def shown(self) -> str:
        """The masked number."""
        return masked_pension_number(self.last_four) or ""


#: A cell of a source's record.
Raw: TypeAlias = str | int | float | Decimal | bool | date | datetime | None
#: A field's value.
Value: TypeAlias = str | int | Decimal | date | datetime | Sealed | None


@frozen
class Entry:
    """One line of a mapping as it is saved, before it is checked."""

    field: str
    column: str
    transforms: tuple[str, ...] = ()
    owns: bool = True
