"""Pension numbers that no person has: two zeros, and eight digits unrelated to the client."""

from __future__ import annotations

from hashlib import sha256

from clientupdater.demo_data.lookups import PREFIX

_HALF = 10_000
_OF_A_COMPANY = _HALF * _HALF // len(PREFIX)
_ROUNDS = 4


def pension_number(code: str) -> str:
    """Give the same number for the same client code, and no two clients the same one.

    The client's place among all that there may be is shuffled by a Feistel network, which is a
    permutation whatever its rounds do.
    """
    prefix, _, number = code.partition("-")
    place = list(PREFIX.values()).index(prefix) * _OF_A_COMPANY + int(number)
    left, right = divmod(place, _HALF)
    for turn in range(_ROUNDS):
        digest = sha256(f"{turn} {right}".encode()).digest()
        left, right = right, (left + int.from_bytes(digest[:4])) % _HALF
    return f"00{left:04}{right:04}"
