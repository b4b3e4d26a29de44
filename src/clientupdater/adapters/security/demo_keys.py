"""Keys that the demo generates at its first start, and stores beside its data."""

from __future__ import annotations

import base64
import json
import secrets
from typing import TYPE_CHECKING

from clientupdater.adapters.security.key_ring import KEY_BYTES, KeyRing
from clientupdater.runtime.private_files import write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def demo_keys(path: Path) -> Mapping[str, str]:
    """Return the settings with the keys; generate the file if it does not exist.

    The keys are on disk before anything is sealed with them.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, json.dumps(_generated(), indent=2))
    values: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return values


def _generated() -> dict[str, str]:
    index_key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    return {"ENCRYPTION_KEYS": KeyRing.made_up().written(), "BLIND_INDEX_KEY": index_key}
