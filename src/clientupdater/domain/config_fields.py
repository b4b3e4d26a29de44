"""Bounds of the members that entries, categories and options share."""

from __future__ import annotations

import re

from clientupdater.domain.errors import Fault

LARGEST_ORDER = 100_000
LONGEST_NAME = 255
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def code_faults(code: str, longest: int) -> list[Fault]:
    if len(code) <= longest and _CODE.fullmatch(code):
        return []
    text = f"must be 1 to {longest} letters, digits and _ . - that begin with a letter or digit"
    return [Fault("/code", text)]


def order_faults(sort_order: int) -> list[Fault]:
    if 0 <= sort_order <= LARGEST_ORDER:
        return []
    return [Fault("/sort_order", f"must be from 0 to {LARGEST_ORDER}")]


def text_faults(pointer: str, text: str, longest: int, *, lines: bool = False) -> list[Fault]:
    """Refuse text that is blank, too long or not printable; `lines`: it may have several."""
    if text.strip() and is_storable(text, longest) and (lines or text.isprintable()):
        return []
    return [Fault(pointer, f"must be text of 1 to {longest} characters")]


def is_storable(text: str, longest: int) -> bool:
    has_surrogate = any("\ud800" <= letter <= "\udfff" for letter in text)
    return len(text) <= longest and "\x00" not in text and not has_surrogate
