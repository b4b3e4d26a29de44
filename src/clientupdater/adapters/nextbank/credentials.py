"""How we authenticate to NextBank: an API key, or a token for client credentials."""

from __future__ import annotations

import re
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from attrs import define, field, frozen

from clientupdater.domain.errors import SourceRefused, Unavailable
from clientupdater.runtime.deadlines import seconds_left

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: We replace a token that has this little time left.
SPARE_S = 30.0
#: We replace a token after this time even if NextBank states a longer life.
LONGEST_LIFE_S = 86_400
API_KEY_HEADER = "X-API-Key"
#: The characters that a header can hold (RFC 6750, 2.1).
_TOKEN = re.compile(r"[\x21-\x7e]+")


@frozen
class ApiKey:
    """A key that never changes."""

    key: str = field(repr=False)
    header: str = API_KEY_HEADER

    def headers(self) -> Mapping[str, str]:
        return {self.header: self.key}

    def refused(self, shown: Mapping[str, str]) -> bool:
        """Return False: there is no other key to try."""
        del shown
        return False


@frozen
class Token:
    """A token, used until a moment of our monotonic clock: NextBank's clock does not matter."""

    value: str = field(repr=False)
    until: float

    @classmethod
    def read(cls, response: object, asked_at: float) -> Token:
        """Read a token endpoint's response (RFC 6749, 5.1)."""
        members = response if isinstance(response, dict) else {}
        value, lives = members.get("access_token"), members.get("expires_in", 300)
        is_token = isinstance(value, str) and _TOKEN.fullmatch(value)
        if not is_token or not isinstance(lives, int):
            raise SourceRefused("NextBank gives no token; see NEXTBANK_TOKEN_URL")
        lives_s = float(min(lives, LONGEST_LIFE_S))
        return cls(str(value), asked_at + max(lives_s - SPARE_S, lives_s / 2))


@define
class ClientCredentials:
    """An OAuth 2.0 token for client credentials, kept until shortly before it expires.

    One thread fetches a new one while the others wait for it.
    """

    fetch: Callable[[], object]
    """Calls the token endpoint."""
    _token: Token | None = field(default=None, init=False, repr=False)
    _one_at_a_time: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def headers(self) -> Mapping[str, str]:
        """Send the token; fetch a new one if it has expired.

        Raises Unavailable and SourceRefused.
        """
        with self._turn():
            if self._token is None or self._token.until <= time.monotonic():
                asked_at = time.monotonic()
                self._token = Token.read(self.fetch(), asked_at)
            return {"Authorization": f"Bearer {self._token.value}"}

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Drop the refused token, unless a newer one is there; return whether to try again."""
        with self._turn():
            if self._token and headers.get("Authorization") == f"Bearer {self._token.value}":
                self._token = None
        return True

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for the lock within the caller's deadline."""
        left = seconds_left()
        if not self._one_at_a_time.acquire(timeout=-1 if left is None else left):
            raise Unavailable("NextBank", "NextBank gave no token in time; try again.")
        try:
            yield
        finally:
            self._one_at_a_time.release()


Credentials: TypeAlias = ApiKey | ClientCredentials
