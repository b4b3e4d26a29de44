"""Shared by all commands: the settings, printing, and subcommands that load on demand."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import define

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clientupdater.settings import Settings

_Command = TypeVar("_Command", bound="Callable[..., Any]")


@define
class Session:
    """One run of the command."""

    environ: Mapping[str, str]
    debug: bool = False
    as_json: bool = False
    _settings: Settings | None = None

    @property
    def settings(self) -> Settings:
        """The settings of the environment, parsed on first use."""
        from clientupdater.settings import Settings

        if self._settings is None:
            self._settings = Settings.from_mapping(self.environ)
        return self._settings


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        """Take, by name, where a command is found and its line in the list."""
        super().__init__(*args, **kwargs)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List them by name."""
        del ctx
        return sorted(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one that is asked for."""
        del ctx
        if cmd_name not in self.lazy:
            return None
        module, _, name = self.lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list without importing anything."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in sorted(self.lazy.items())])


def json_option(command: _Command) -> _Command:
    """Add the option that prints JSON."""
    option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
    return option(command)


def example(text: str) -> str:
    """Write the end of a command's help."""
    return f"Example: {text}"


def print_json(value: object) -> None:
    """Print a result for scripts."""
    from clientupdater.entrypoints.wire import to_readable_json

    click.echo(to_readable_json(value))


def printable(text: str) -> str:
    """Blank the control characters of a text that people wrote: a terminal would obey them."""
    return "".join(each if each.isprintable() else " " for each in text)


def note(line: str) -> None:
    """Print a line that is not the result, on standard error."""
    click.echo(line, err=True)


def mark(*, ok: bool) -> str:
    """Write «ok» in green or «NOT OK» in red."""
    return click.style("ok", fg="green") if ok else click.style("NOT OK", fg="red", bold=True)


def is_interactive() -> bool:
    """Whether there is a terminal to prompt on."""
    return sys.stdin.isatty()
