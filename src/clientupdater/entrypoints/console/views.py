"""What a page answers: a template with its values, or another page to go to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from clientupdater.domain.errors import InvalidInput, ReasonRequired
from clientupdater.entrypoints.console.texts import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.entrypoints.http.contract import Call

CONSOLE = "/console"


@frozen(kw_only=True)
class View:
    """A template with its values."""

    template: str
    call: Call | None
    """None where nobody is known to have asked."""
    values: Mapping[str, Any] = field(factory=dict, repr=False)
    status: int = 200


@frozen(kw_only=True)
class Redirect:
    """Another page to go to after a form was accepted."""

    to: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    """A new session's token for the browser to keep; an empty one to forget it."""


@frozen(kw_only=True)
class Entered:
    """What a person typed into a form that was not accepted, and why it was not."""

    fields: Mapping[str, str] = field(factory=dict, repr=False)
    error: Exception | None = None
    address: str = ""
    """Where the form was sent to."""

    @property
    def is_sent(self) -> bool:
        """Whether a person sent the form: it was refused, or waited for a sign-in."""
        return bool(self.error or self.fields)

    def word(self, name: str, value: object = "") -> object:
        """Give what was typed into a field, or its value where nothing was sent."""
        if self.is_sent:
            return self.fields.get(name, "")
        return "" if value is None else value

    @property
    def faults(self) -> Mapping[str, str]:
        """What is wrong, by the name of the field; "" for what belongs to none."""
        if self.error is None:
            return {}
        if isinstance(self.error, InvalidInput):
            return {each.pointer.strip("/"): each.message for each in self.error.faults}
        if isinstance(self.error, ReasonRequired):
            # Its own message lists codes; the reasons to choose from stand beside the field.
            return {"reason": text("record.why_needed")}
        details = getattr(self.error, "details", None) or {}
        message = getattr(self.error, "message", "")
        return {str(details.get("field", "")).strip("/"): message}


@frozen
class Forms:
    """The forms of a page: the one that was not accepted has what was typed."""

    at: str = ""
    entered: Entered = Entered()

    def __getitem__(self, name: str) -> Entered:
        return self.entered if name == self.at else Entered()
