"""Categories of options, and their options."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import asdict, field, frozen

from clientupdater.domain.config_fields import LARGEST_ORDER, LONGEST_NAME
from clientupdater.domain.errors import AlreadyExists, ConfigurationNotAllowed, NotFound
from clientupdater.domain.ids import OptionId
from clientupdater.domain.options import LONGEST_CODE, LONGEST_TEXT
from clientupdater.domain.options import Category as CategoryRow
from clientupdater.domain.options import Option as OptionRow
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import BASE, Call, Endpoint, Result
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.conflicts import conflicts_shown
from clientupdater.entrypoints.http.routes.fields import (
    AS_IT_IS,
    DeleteRequest,
    Version,
    changes_of,
)
from clientupdater.entrypoints.structuring import Integer, Text
from clientupdater.usecases.configuration.options import NewOption

CategoryCode = Annotated[
    str, Text(longest=LONGEST_CODE, shortest=1), About("The category's code.", "answers")
]
OptionCode = Annotated[
    str, Text(longest=LONGEST_CODE, shortest=1), About("The option's code.", "call_back")
]
CategoryName = Annotated[
    str, Text(longest=LONGEST_NAME, shortest=1), About("The name, for people to read.", "Answers")
]
Label = Annotated[str, Text(longest=LONGEST_NAME, shortest=1)]
Description = Annotated[str, Text(longest=LONGEST_TEXT, shortest=1)]
Value = Annotated[str, Text(longest=LONGEST_TEXT)]
SortOrder = Annotated[int, Integer(0, LARGEST_ORDER)]
CompanyOrAll = Annotated[
    Annotated[str, Text(longest=50, shortest=1)] | None,
    About("The company's code; null: every company.", "FCASH"),
]
OptionValue = Annotated[Value | None, About("What programs use for the code; null: nothing.", None)]


@frozen
class Category:
    """A category: a list of options."""

    code: CategoryCode
    name: CategoryName
    description: str | None
    is_active: bool
    sort_order: int
    version: int


@frozen
class CategoryList:
    """The categories, in their order."""

    items: tuple[Category, ...]


@frozen(kw_only=True)
class CreateCategoryRequest:
    """The new category."""

    code: CategoryCode
    name: CategoryName
    description: Description | None = None
    sort_order: SortOrder = 0


@frozen(kw_only=True)
class ChangeCategoryRequest:
    """What to change. Members that you leave out stay; null removes the description."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"name": "Answers", "version": 3}

    name: CategoryName = AS_IT_IS
    description: Description | None = AS_IT_IS
    is_active: bool = AS_IT_IS
    sort_order: SortOrder = AS_IT_IS
    version: Version | None = None


@frozen(kw_only=True)
class Option:
    """A choice of a category."""

    id: UUID
    category: str
    company: CompanyOrAll
    code: OptionCode
    label: str
    value: OptionValue
    metadata: dict[str, Any]
    is_active: bool
    is_default: bool
    sort_order: int
    parent: UUID | None
    version: int


@frozen
class OptionList:
    """The options of a category, in their order."""

    items: tuple[Option, ...]


@frozen(kw_only=True)
class OptionsQuery:
    """The category whose options are listed."""

    category: CategoryCode


@frozen(kw_only=True)
class CreateOptionRequest:
    """The new option. Its parent is of the same category, and general or of the same company."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "category": "answers",
        "code": "call_back",
        "label": "Will call back",
    }

    category: CategoryCode
    company: CompanyOrAll = None
    code: OptionCode
    label: Label
    value: OptionValue = None
    metadata: dict[str, Any] = field(factory=dict)
    is_default: bool = False
    sort_order: SortOrder = 0
    parent: UUID | None = None


@frozen(kw_only=True)
class ChangeOptionRequest:
    """What to change. Members that you leave out stay; null removes a value or the parent."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"label": "Calls back", "is_default": True, "version": 3}

    label: Label = AS_IT_IS
    value: OptionValue = AS_IT_IS
    metadata: dict[str, Any] = AS_IT_IS
    is_active: bool = AS_IT_IS
    is_default: bool = AS_IT_IS
    sort_order: SortOrder = AS_IT_IS
    parent: UUID | None = AS_IT_IS
    version: Version | None = None


def list_categories(call: Call) -> CategoryList:
    """List the categories of options."""
    listed = call.app.configuration.categories.list(call.caller)
    return CategoryList(tuple(map(category_shown, listed)))


def create_category(call: Call) -> Result:
    """Create a category."""
    made = call.app.configuration.categories.create(call.caller, CategoryRow(**asdict(call.body)))
    location = f"{BASE}/config/categories/{made.code}"
    return Result(value=category_shown(made), version=made.version, location=location)


def get_category(call: Call) -> Result:
    """Show a category."""
    category = call.app.configuration.categories.show(call.caller, call.path["category"])
    return Result(value=category_shown(category), version=category.version)


def change_category(call: Call) -> Result:
    """Change a category. Its code stays."""
    code, changes = call.path["category"], changes_of(call.body)
    with conflicts_shown(lambda: get_category(call).value):
        changed = call.app.configuration.categories.change(call.caller, code, changes, call.version)
    return Result(value=category_shown(changed), version=changed.version)


def delete_category(call: Call) -> None:
    """Delete a category that has no options."""
    with conflicts_shown(lambda: get_category(call).value):
        call.app.configuration.categories.delete(call.caller, call.path["category"], call.version)


def list_options(call: Call) -> OptionList:
    """List the options of a category, inactive ones too: the general ones, and those of companies
    that you may read. A category has 1,000 at most.
    """
    listed = call.app.configuration.options.list(call.caller, call.query.category)
    return OptionList(tuple(map(option_shown, listed)))


def create_option(call: Call) -> Result:
    """Create an option, for one company or for all."""
    new = NewOption(**asdict(call.body, recurse=False))
    made = call.app.configuration.options.create(call.caller, new)
    location = f"{BASE}/config/options/{made.id}"
    return Result(value=option_shown(made), version=made.version, location=location)


def get_option(call: Call) -> Result:
    """Show an option."""
    shown = option_shown(call.app.configuration.options.show(call.caller, _option(call)))
    return Result(value=shown, version=shown.version)


def change_option(call: Call) -> Result:
    """Change an option. Its code, category and company stay."""
    option, changes = _option(call), changes_of(call.body)
    with conflicts_shown(lambda: get_option(call).value):
        changed = call.app.configuration.options.change(call.caller, option, changes, call.version)
    return Result(value=option_shown(changed), version=changed.version)


def delete_option(call: Call) -> None:
    """Delete an option that no other is below."""
    with conflicts_shown(lambda: get_option(call).value):
        call.app.configuration.options.delete(call.caller, _option(call), call.version)


def _option(call: Call) -> OptionId:
    return OptionId(call.path["option"])


def category_shown(row: CategoryRow) -> Category:
    return Category(**asdict(row))


def option_shown(row: OptionRow) -> Option:
    return Option(**asdict(row, recurse=False))


_READ, _MANAGE = Permission.CONFIG_READ, Permission.CONFIG_MANAGE
_CATEGORIES, _OPTIONS = "/config/categories", "/config/options"
_CATEGORY, _ONE_OPTION = f"{_CATEGORIES}/{{category}}", f"{_OPTIONS}/{{option}}"
_REFUSALS = (AlreadyExists, ConfigurationNotAllowed)

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=_CATEGORIES,
        summary="List categories",
        handle=list_categories,
        answers=CategoryList,
        permission=_READ,
    ),
    Endpoint(
        method="POST",
        path=_CATEGORIES,
        summary="Create a category",
        handle=create_category,
        status=201,
        has_location=True,
        body=CreateCategoryRequest,
        answers=Category,
        permission=_MANAGE,
        errors=_REFUSALS,
    ),
    Endpoint(
        method="GET",
        path=_CATEGORY,
        summary="Get a category",
        handle=get_category,
        answers=Category,
        permission=_READ,
    ),
    Endpoint(
        method="PATCH",
        path=_CATEGORY,
        summary="Change a category",
        handle=change_category,
        body=ChangeCategoryRequest,
        answers=Category,
        permission=_MANAGE,
        versioned=True,
    ),
    Endpoint(
        method="DELETE",
        path=_CATEGORY,
        summary="Delete a category",
        handle=delete_category,
        status=204,
        body=DeleteRequest,
        body_required=False,
        permission=_MANAGE,
        versioned=True,
        errors=(ConfigurationNotAllowed,),
    ),
    Endpoint(
        method="GET",
        path=_OPTIONS,
        summary="List options",
        handle=list_options,
        query=OptionsQuery,
        answers=OptionList,
        permission=_READ,
        errors=(NotFound,),
    ),
    Endpoint(
        method="POST",
        path=_OPTIONS,
        summary="Create an option",
        handle=create_option,
        status=201,
        has_location=True,
        body=CreateOptionRequest,
        answers=Option,
        permission=_MANAGE,
        errors=(*_REFUSALS, NotFound),
    ),
    Endpoint(
        method="GET",
        path=_ONE_OPTION,
        summary="Get an option",
        handle=get_option,
        answers=Option,
        permission=_READ,
    ),
    Endpoint(
        method="PATCH",
        path=_ONE_OPTION,
        summary="Change an option",
        handle=change_option,
        body=ChangeOptionRequest,
        answers=Option,
        permission=_MANAGE,
        versioned=True,
        errors=(ConfigurationNotAllowed,),
    ),
    Endpoint(
        method="DELETE",
        path=_ONE_OPTION,
        summary="Delete an option",
        handle=delete_option,
        status=204,
        body=DeleteRequest,
        body_required=False,
        permission=_MANAGE,
        versioned=True,
        errors=(ConfigurationNotAllowed,),
    ),
)
