"""What describes one member of a shape, or one parameter."""

from __future__ import annotations

from typing import Any

from attrs import frozen

UNSET: Any = object()
"""No example of its own: one is made from the type. Null is an example."""
UUID_EXAMPLE = "0190f3c2-7d1e-7a44-9c3b-5b0e6f1d2a10"


@frozen(eq=False)
class About:
    """What a member means."""

    text: str
    example: Any = UNSET
