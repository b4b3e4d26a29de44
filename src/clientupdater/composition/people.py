"""How people sign in: password hashing, session lifetimes, lock-out and an issuer's tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from clientupdater.adapters.security.passwords import Argon2Passwords, QueuedPasswords
from clientupdater.domain.people import LockoutPolicy
from clientupdater.domain.sessions import Lifetimes

if TYPE_CHECKING:
    from clientupdater.composition.parts import Parts
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.people import VerifyToken
    from clientupdater.settings import Settings


def default_passwords() -> Passwords:
    """Hash one password at a time: a flood of sign-ins must not take every core."""
    return QueuedPasswords(Argon2Passwords())


def sign_in_parts(settings: Settings, clock: Clock) -> Parts:
    return {
        "lifetimes": Lifetimes(
            idle=timedelta(minutes=settings.session_idle_minutes),
            absolute=timedelta(hours=settings.session_absolute_hours),
        ),
        "lockout": LockoutPolicy(
            max_failures=settings.login_max_failures,
            lock_for=timedelta(minutes=settings.login_lock_minutes),
        ),
        "verify_token": _token_verifier(settings, clock),
    }


def _token_verifier(settings: Settings, clock: Clock) -> VerifyToken | None:
    """Accept tokens of the configured issuer alone; without one, accept none (U1)."""
    if settings.oidc_issuer is None:
        return None
    from clientupdater.adapters.security.key_set import KeySet  # noqa: PLC0415 — few installations need it
    from clientupdater.adapters.security.oidc import OidcTokens  # noqa: PLC0415
    from clientupdater.adapters.security.published_keys import PublishedKeys  # noqa: PLC0415

    published = f"{settings.oidc_issuer.rstrip('/')}/.well-known/jwks.json"
    url, algorithms = settings.oidc_jwks_url or published, settings.oidc_algorithms
    issuer = OidcTokens(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        parties=settings.oidc_authorized_parties,
        algorithms=algorithms,
        keys=KeySet(PublishedKeys(url, algorithms), clock),
        clock=clock,
    )
    return issuer.verify
