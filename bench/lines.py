"""The lines of benchmarks, `name, ours, reference, ratio, target, holds`, and their JSON."""

from __future__ import annotations

import json
import operator
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADER = "name, ours, reference, ratio, target, holds"


@frozen
class Line:
    """One figure. A line without a target is not judged."""

    name: str
    ours: float
    reference: float | None = None
    target: float | None = None
    at_least: bool = field(default=True, kw_only=True)
    """Whether the ratio must reach the target; if not, the target is the most it may be."""

    @property
    def ratio(self) -> float:
        """Ours divided by the reference; ours itself where there is none."""
        return self.ours / self.reference if self.reference else self.ours

    @property
    def holds(self) -> bool | None:
        if self.target is None:
            return None
        compare = operator.ge if self.at_least else operator.le
        return bool(compare(self.ratio, self.target))

    def __str__(self) -> str:
        bound = ">=" if self.at_least else "<="
        target = "-" if self.target is None else f"{bound} {self.target:g}"
        reference = "-" if self.reference is None else f"{self.reference:.2f}"
        holds = {None: "-", True: "yes", False: "NO"}[self.holds]
        return f"{self.name}, {self.ours:.2f}, {reference}, {self.ratio:.2f}, {target}, {holds}"

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "ours": round(self.ours, 3),
            "reference": self.reference and round(self.reference, 3),
            "ratio": round(self.ratio, 3),
            "target": self.target,
            "at_least": self.at_least,
            "holds": self.holds,
        }


def facts(**options: Any) -> dict[str, Any]:
    """Describe a run: its options, the machine and the version of the code."""
    git = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    done = subprocess.run(git, capture_output=True, text=True, check=False)  # noqa: S603 — fixed
    return {
        "options": options,
        "revision": done.stdout.strip() or "unknown",
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def report(lines: Iterable[Line], path: Path | None, **about: Any) -> None:
    """Print each line as soon as it is measured, and write all with the facts of the run."""
    click.echo(HEADER)
    items = []
    for line in lines:
        click.echo(str(line))
        items.append(line.as_json())
        if path:
            path.write_text(json.dumps({**about, "lines": items}, indent=1) + "\n", "utf-8")
