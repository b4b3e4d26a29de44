"""The command line."""

from __future__ import annotations

from clientupdater.entrypoints.cli.main import main

__all__ = ["main"]
