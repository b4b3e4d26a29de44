"""Client Updater: who was reached, in which period, and what came of it."""

from __future__ import annotations

__version__ = "0.1.0"
