"""Write the documents that are made from the code: ``make docs``. A test holds them current."""

from __future__ import annotations

from pathlib import Path

from clientupdater.domain.settings_values import KNOWN
from clientupdater.entrypoints.http.documentation import contract_of
from clientupdater.entrypoints.http.endpoints import ENDPOINTS
from clientupdater.entrypoints.wire import to_readable_json
from clientupdater.settings import described
from clientupdater.settings.readers import Setting

ROOT = Path(__file__).parents[1]


def documents() -> dict[Path, str]:
    """Map each generated file to its text."""
    settings = [setting for _, setting in described()]
    return {
        ROOT / ".env.example": _env_example(settings),
        ROOT / "docs" / "settings.md": _settings_page(settings),
        ROOT / "docs" / "openapi.json": to_readable_json(contract_of(ENDPOINTS)) + "\n",
    }


def _env_example(settings: list[Setting]) -> str:
    head = "# Every setting. Made by `make docs` from src/clientupdater/settings.\n"
    return "\n".join([head, *(_env_entry(s) for s in settings)])


def _env_entry(setting: Setting) -> str:
    value = setting.example or setting.default
    default = setting.default or "unset"
    lines = [setting.purpose, f"Expected: {setting.expected}. Default: {default}."]
    return "".join(f"# {line}\n" for line in lines) + f"#{setting.name}={value}\n"


def _settings_page(settings: list[Setting]) -> str:
    head = (
        "# Settings\n\n"
        "Read once from the environment; every fault is reported at once, with secrets masked.\n"
        "Made by `make docs` from `src/clientupdater/settings/`.\n\n"
        "| name | default | expected | purpose |\n| --- | --- | --- | --- |\n"
    )
    rows = (
        f"| `{s.name}` | {s.default or 'unset'} | {s.expected} | {s.purpose} |\n" for s in settings
    )
    return head + "".join(rows) + _business_settings()


def _business_settings() -> str:
    head = (
        "\n## Settings that administrators change\n\n"
        "Stored in the database, in general or for one company; a change is in effect from the next"
        " request on.\n`clientupdater config list` shows the values. Made from"
        " `src/clientupdater/domain/settings_values.py`.\n\n"
        "| key | default | expected | meaning |\n| --- | --- | --- | --- |\n"
    )
    rows = (f"| `{s.key}` | {s.default} | {s.expected} | {s.meaning} |\n" for s in KNOWN.values())
    return head + "".join(rows)


if __name__ == "__main__":
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
