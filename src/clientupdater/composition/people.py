"""How people sign in: passwords, sessions, lock-out and tokens of an issuer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from clientupdater.adapters.security.passwords import Argon2Passwords, QueuedPasswords
from clientupdater.app import SignInPolicy
from clientupdater.domain.people import LockoutPolicy
from clientupdater.domain.sessions import Lifetimes

if TYPE_CHECKING:
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import VerifyToken
    from clientupdater.settings import Settings


def default_sign_in(
    lifetimes: Lifetimes | None = None,
    lockout: LockoutPolicy | None = None,
    verify_token: VerifyToken | None = None,
) -> SignInPolicy:
    """Hash one password at a time: a flood of sign-ins must not take every core."""
    return SignInPolicy(
        passwords=QueuedPasswords(Argon2Passwords()),
        lifetimes=lifetimes or Lifetimes(),
        lockout=lockout or LockoutPolicy(),
        verify_token=verify_token,
    )


def sign_in_of(settings: Settings, clock: Clock) -> SignInPolicy:
    """Configure signing in from the settings."""
    return default_sign_in(
        lifetimes=Lifetimes(
            idle=timedelta(minutes=settings.session_idle_minutes),
            absolute=timedelta(hours=settings.session_absolute_hours),
        ),
        lockout=LockoutPolicy(
            max_failures=settings.login_max_failures,
            lock_for=timedelta(minutes=settings.login_lock_minutes),
        ),
        verify_token=_token_verifier(settings, clock),
    )


def _token_verifier(settings: Settings, clock: Clock) -> VerifyToken | None:
    """Trust the configured issuer; without one, no signed token works (U1)."""
    if settings.oidc_issuer is None:
        return None
    from clientupdater.adapters.security.key_set import KeySet  # noqa: PLC0415 — few need it
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
