"""Keys that the demo makes up at its first start and keeps beside its data."""

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


def kept_keys(path: Path) -> Mapping[str, str]:
    """Give the settings that hold them; make them up where there are none yet.

    They are on the disk before anything is sealed with them.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, json.dumps(_made_up(), indent=2))
    values: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return values


def _made_up() -> dict[str, str]:
    index_key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    return {"ENCRYPTION_KEYS": KeyRing.made_up().written(), "BLIND_INDEX_KEY": index_key}
