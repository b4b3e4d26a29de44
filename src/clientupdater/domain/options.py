"""Categories of options, and the options in them: lists that administrators make.

The options of a category form one tree. An option belongs to every company or to one; a company's
option may stand below a general one, and never the reverse.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve, field, frozen

from clientupdater.domain.config_fields import (
    LONGEST_NAME,
    code_faults,
    is_storable,
    order_faults,
    text_faults,
)
from clientupdater.domain.errors import (
    AlreadyExists,
    ConfigurationNotAllowed,
    Fault,
    InvalidInput,
)
from clientupdater.domain.ids import OptionId

LONGEST_CODE = 100
LONGEST_TEXT = 4_000
LARGEST_METADATA = 16_384
MOST_CATEGORIES = 500
MOST_OPTIONS = 1_000
"""In one category, so that it can be listed whole."""
DEEPEST = 10


@frozen(kw_only=True)
class Category:
    """A list of options, by its code."""

    code: str
    name: str
    description: str | None = None
    is_active: bool = True
    sort_order: int = 0
    version: int = 1

    @property
    def values(self) -> Mapping[str, object]:
        """What the audit keeps of it."""
        names = ("code", "name", "description", "is_active", "sort_order")
        return {name: getattr(self, name) for name in names}


@frozen(kw_only=True)
class Option:
    """One choice of a category; without a company it is general."""

    id: OptionId
    category: str
    company: str | None = None
    code: str
    label: str
    value: str | None = None
    metadata: Mapping[str, Any] = field(factory=dict)
    is_active: bool = True
    is_default: bool = False
    sort_order: int = 0
    parent: OptionId | None = None
    version: int = 1

    @property
    def values(self) -> Mapping[str, object]:
        """What the audit keeps of it; the parent as text, as JSON has it."""
        return {
            "category": self.category,
            "company": self.company,
            "code": self.code,
            "label": self.label,
            "value": self.value,
            "metadata": self.metadata,
            "is_active": self.is_active,
            "is_default": self.is_default,
            "sort_order": self.sort_order,
            "parent": self.parent and str(self.parent),
        }


def checked_category(category: Category, others: Sequence[Category]) -> Category:
    """Check a category that is new or changed, with every fault at once."""
    faults = [
        *code_faults(category.code, LONGEST_CODE),
        *text_faults("/name", category.name, LONGEST_NAME),
        *order_faults(category.sort_order),
    ]
    if category.description is not None:
        faults += text_faults("/description", category.description, LONGEST_TEXT, lines=True)
    if faults:
        raise InvalidInput(faults)
    if any(each.code.casefold() == category.code.casefold() for each in others):
        raise AlreadyExists(f"There is a category with the code {category.code} already.")
    if len(others) >= MOST_CATEGORIES:
        raise ConfigurationNotAllowed(f"There can be {MOST_CATEGORIES} categories at most.")
    return evolve(category, name=category.name.strip())


def checked_option(option: Option, others: Sequence[Option]) -> Option:
    """Check an option that is new or changed, beside the others of its category."""
    faults = [
        *code_faults(option.code, LONGEST_CODE),
        *text_faults("/label", option.label, LONGEST_NAME),
        *order_faults(option.sort_order),
        *_metadata_faults(option.metadata),
        *_parent_faults(option, others),
    ]
    if option.value is not None and not is_storable(option.value, LONGEST_TEXT):
        faults.append(Fault("/value", f"must be text of at most {LONGEST_TEXT} characters"))
    if option.is_default and not option.is_active:
        faults.append(Fault("/is_default", "an inactive option cannot be the default"))
    if faults:
        raise InvalidInput(faults)
    _require_unique(option, others)
    return evolve(option, label=option.label.strip())


def _require_unique(option: Option, others: Sequence[Option]) -> None:
    siblings = [each for each in others if each.company == option.company]
    if any(each.code.casefold() == option.code.casefold() for each in siblings):
        raise AlreadyExists(f"{option.category} has an option with the code {option.code} already.")
    default = next((each for each in siblings if each.is_default), None)
    if option.is_default and default:
        raise ConfigurationNotAllowed(
            f"{default.code} is the default of {option.category}; take that from it first."
        )
    if len(others) >= MOST_OPTIONS:
        raise ConfigurationNotAllowed(f"A category can have {MOST_OPTIONS} options at most.")


def require_no_children(option: Option, others: Sequence[Option]) -> None:
    """Refuse to delete an option that others are below."""
    if any(each.parent == option.id for each in others):
        raise ConfigurationNotAllowed(
            f"{option.code} has options below it; delete or move those first, or deactivate it."
        )


def require_no_options(category: Category, options: Sequence[Option]) -> None:
    """Refuse to delete a category that has options."""
    if options:
        raise ConfigurationNotAllowed(
            f"{category.code} has options; delete those first, or deactivate the category."
        )


# --- pieces


def _parent_faults(option: Option, others: Sequence[Option]) -> list[Fault]:
    by_id = {each.id: each for each in others}
    if option.parent is None:
        return []
    parent = by_id.get(option.parent)
    if parent is None:
        return [Fault("/parent", "must be the id of another option of the same category")]
    if parent.company not in {None, option.company}:
        return [Fault("/parent", "must be a general option, or one of the same company")]
    return _depth_faults(option, by_id)


def _depth_faults(option: Option, by_id: Mapping[OptionId, Option]) -> list[Fault]:
    above: list[OptionId] = []
    place = option.parent
    while place is not None and len(above) <= DEEPEST:
        if place == option.id:
            return [Fault("/parent", "must not be below this option itself")]
        above.append(place)
        place = by_id[place].parent
    if len(above) + 1 + _levels_below(option.id, by_id.values()) > DEEPEST:
        return [Fault("/parent", f"must leave the tree at {DEEPEST} levels at most")]
    return []


def _levels_below(option: OptionId, others: Iterable[Option]) -> int:
    children = [each for each in others if each.parent == option]
    return max((1 + _levels_below(each.id, others) for each in children), default=0)


def _metadata_faults(metadata: Mapping[str, Any]) -> list[Fault]:
    text = json.dumps(metadata, ensure_ascii=False, default=str)
    if (
        len(text) <= LARGEST_METADATA
        and is_storable(text, LARGEST_METADATA)
        and ("\\u0000" not in text)
    ):
        return []
    return [Fault("/metadata", f"must be an object of at most {LARGEST_METADATA} characters")]
