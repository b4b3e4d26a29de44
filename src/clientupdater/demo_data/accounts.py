"""The accounts to sign in with, kept beside the data for the next start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import asdict, frozen

from clientupdater.demo_data.filling import MadeUpAccount
from clientupdater.domain.errors import Fault, Misconfigured
from clientupdater.runtime.private_files import write_private

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@frozen
class AccountsFile:
    """A file that only its owner reads: the database holds no more than hashes."""

    path: Path

    def keep(self, accounts: Sequence[MadeUpAccount]) -> None:
        """Write them down, whole or not at all."""
        write_private(self.path, json.dumps([asdict(account) for account in accounts], indent=2))

    def read(self) -> tuple[MadeUpAccount, ...]:
        """Read them back."""
        try:
            value = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            lost = "holds the demo's passwords and cannot be read; start over with --reset"
            raise Misconfigured([Fault(str(self.path), lost)]) from error
        return tuple(MadeUpAccount(**account) for account in value)
