"""Every endpoint there is, by what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.entrypoints.http.routes import reading, sessions, tracking

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *sessions.ENDPOINTS,
    *reading.ENDPOINTS,
    *tracking.ENDPOINTS,
)
