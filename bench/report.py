"""Write docs/performance.md and its charts from the JSON that the benchmarks leave.

.venv/bin/python bench/report.py --json bench --docs docs
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import matplotlib as mpl
from PIL import Image

mpl.use("Agg")
from matplotlib import pyplot as plt

Run = dict[str, Any]
TITLES = {
    "http": "Over HTTP, beside peers and bare SQL",
    "load": "An office at work",
    "growth": "Growth",
    "sync": "Sync",
    "opening": "Opening a period",
    "reading": "Lists",
    "audits": "Audits",
    "console": "Console",
    "reports": "Reports and their counts",
    "as_of": "Reports of a past moment",
    "seal": "Seals",
    "export": "Exports",
    "mapping": "Mapping source records",
    "queue": "The job queue",
    "redis_faults": "Without Redis",
}
HEAD = Path(__file__).with_name("report_head.md")
COLOURS = {
    "ours": "#1f4e79",
    "plain peer": "#7aa6c2",
    "FastAPI peer": "#c9a227",
    "pgbench": "#888888",
}
LIMITS = {"p95": 200, "p99": 500}


def page(runs: dict[str, Run], charts: dict[str, str]) -> str:
    """Write the page: the targets that do not hold, then each benchmark with its lines."""
    judged = [line for run in runs.values() for line in run["lines"] if line["holds"] is not None]
    failed = [line for line in judged if not line["holds"]]
    parts = [HEAD.read_text("utf-8"), f"{len(judged) - len(failed)} of {len(judged)} targets hold."]
    if failed:
        parts.append("These do not:\n\n" + _table(failed))
    for name, run in runs.items():
        parts += [f"## {TITLES[name]}", _about(run), _table(run["lines"])]
        parts += [f"![{TITLES[name]}]({path})" for at, path in charts.items() if at == name]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _about(run: Run) -> str:
    options = ", ".join(f"{name} {value}" for name, value in run["options"].items())
    machine = f"{run['machine']}, Python {run['python']}"
    return f"{run['day']}, revision {run['revision']}, {machine}" + (
        f"; {options}." if options else "."
    )


def _table(lines: list[dict[str, Any]]) -> str:
    head = "| name | ours | reference | ratio | target | holds |"
    return "\n".join([head, "| --- | --: | --: | --: | --: | --- |", *map(_row, lines)])


def _row(line: dict[str, Any]) -> str:
    reference = "-" if line["reference"] is None else f"{line['reference']:,.2f}"
    bound = "≥" if line["at_least"] else "≤"
    target = "-" if line["target"] is None else f"{bound} {line['target']:g}"
    holds = {None: "-", True: "yes", False: "**no**"}[line["holds"]]
    return (
        f"| {line['name']} | {line['ours']:,.2f} | {reference} | {line['ratio']:.2f} | {target}"
        f" | {holds} |"
    )


def draw(runs: dict[str, Run], folder: Path) -> dict[str, str]:
    """Draw the charts that the runs allow; give the path of each, by benchmark."""
    folder.mkdir(parents=True, exist_ok=True)
    charts = {}
    for name, chart in (("http", _rates), ("load", _open_model), ("growth", _growth)):
        if name in runs:
            figure, axes = plt.subplots(figsize=(6.4, 3.2), dpi=90)
            chart(axes, runs[name])
            figure.tight_layout()
            _save(figure, folder / f"performance-{name}.png")
            plt.close(figure)
            charts[name] = f"img/performance-{name}.png"
    return charts


def _save(figure: Any, path: Path) -> None:
    """Save it with few colours: a few kilobytes."""
    figure.savefig(path, metadata={"Software": None})
    with Image.open(path) as image:
        image.convert("RGB").quantize(24).save(path, optimize=True)


def _rates(axes: Any, run: Run) -> None:
    """Draw pages and updates a second, for each side."""
    for at, what in enumerate(("page of 50", "update")):
        prefix = f"{what}, 16 connections, 1/s beside "
        lines = [line for line in run["lines"] if line["name"].startswith(prefix)]
        rates = {"ours": lines[0]["ours"]}
        rates |= {line["name"].removeprefix(prefix): line["reference"] for line in lines}
        for place, (side, colour) in enumerate(COLOURS.items()):
            bar = axes.bar(at + place * 0.2, rates[side], 0.18, color=colour)
            axes.bar_label(bar, fmt="%.0f", fontsize=8)
            if at == 0:
                bar.set_label(side)
    axes.set_xticks([0.3, 1.3], ["pages of 50", "updates"])
    axes.set_yscale("log")
    axes.margins(y=0.15)
    axes.set_ylabel("a second, 16 connections (log)")
    axes.legend(fontsize=8, ncols=4, loc="upper center", bbox_to_anchor=(0.5, 1.15), frameon=False)


def _open_model(axes: Any, run: Run) -> None:
    """Draw latency over the rate, with the limits."""
    steps = sorted(run["steps"], key=lambda step: step["rate"])
    for name, colour in (("p50", "#7aa6c2"), ("p95", "#1f4e79"), ("p99", "#c9a227")):
        rates, latencies = ([step[each] for step in steps] for each in ("rate", name))
        axes.plot(rates, latencies, "o-", color=colour, label=name)
        if limit := LIMITS.get(name):
            axes.axhline(limit, color=colour, linestyle=":", linewidth=1)
    axes.set_yscale("log")
    axes.set_xlabel("requests due a second")
    axes.set_ylabel("ms since due (log)")
    axes.legend(fontsize=8, frameon=False)


def _growth(axes: Any, run: Run) -> None:
    """Draw the share of the small database's rate that is left in the large one."""
    names = [line["name"].split(", ")[1] for line in run["lines"]]
    bars = axes.barh(names, [line["ratio"] for line in run["lines"]], color="#1f4e79")
    axes.bar_label(bars, fmt="%.2f", fontsize=8)
    axes.axvline(run["lines"][0]["target"], color="#c9a227", linestyle=":")
    small, large = run["options"]["small"], run["options"]["large"]
    axes.set_xlabel(f"rate with {large:,} clients by that with {small:,}")
    axes.invert_yaxis()


@click.command()
@click.option("--json", "folder", type=click.Path(path_type=Path), default="bench")
@click.option("--docs", type=click.Path(path_type=Path), default="docs")
def main(folder: Path, docs: Path) -> None:
    """Write the page from every JSON that is there."""
    paths = {name: folder / f"{name}.json" for name in TITLES}
    runs = {name: json.loads(path.read_text()) for name, path in paths.items() if path.exists()}
    if not runs:
        raise click.UsageError(f"{folder} has no results; run a benchmark first")
    charts = draw(runs, docs / "img")
    (docs / "performance.md").write_text(page(runs, charts), encoding="utf-8")


if __name__ == "__main__":
    main()
