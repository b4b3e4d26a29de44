"""Numbers that metrics report, read when they are collected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from attrs import frozen


@frozen
class GaugeReading:
    """One number; its labels tell it from others of the same name."""

    name: str
    value: float
    labels: tuple[str, ...] = ()


Gauges: TypeAlias = Callable[[], Iterable[GaugeReading]]
"""Reads numbers at once: it asks nothing that might not answer."""
