"""The command line."""

from __future__ import annotations

from clientupdater.entrypoints.cli.command import main

__all__ = ["main"]
