"""The settings of NextBank: its address, our credentials, its names for things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import Factory, field, frozen

from clientupdater.domain.errors import Fault
from clientupdater.settings.readers import (
    header,
    hide,
    path,
    read_as,
    renamed,
    shown,
    trusted_url,
    webhook_secrets,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@frozen(kw_only=True, slots=False)
class NextBankSettings:
    """How to call NextBank."""

    nextbank_base_url: str | None = field(
        default=None,
        metadata=read_as(
            "NEXTBANK_BASE_URL",
            trusted_url,
            "an https:// address",
            "The base address of NextBank; the paths are added to it. Unset: there is no source "
            "nextbank.",
            example="https://nextbank.example.com/api",
        ),
    )
    nextbank_clients_path: str = field(
        default="v1/clients",
        metadata=read_as(
            "NEXTBANK_CLIENTS_PATH",
            path(),
            "a path, without a query",
            "The path of its list of clients.",
            default="v1/clients",
        ),
    )
    nextbank_client_path: str = field(
        default="v1/clients/{code}",
        metadata=read_as(
            "NEXTBANK_CLIENT_PATH",
            path("{code}"),
            "a path with {code} in it",
            "The path of one client.",
            default="v1/clients/{code}",
        ),
    )
    nextbank_members: Mapping[str, str] = field(
        default=Factory(dict),
        metadata=read_as(
            "NEXTBANK_MEMBERS",
            renamed("items", "next_cursor", "as_of", "total", "deleted"),
            "our=their pairs of items, next_cursor, as_of, total and deleted, separated by commas",
            "NextBank's names for the members of a page, and for a client's `deleted`. A dot "
            "leads into an object.",
            default="our names",
            example="items=data,next_cursor=page.next,total=page.count",
        ),
    )
    nextbank_parameters: Mapping[str, str] = field(
        default=Factory(dict),
        metadata=read_as(
            "NEXTBANK_PARAMETERS",
            renamed("updated_since", "cursor", "limit"),
            "our=their pairs of updated_since, cursor and limit, separated by commas",
            "NextBank's names for the query parameters of a page.",
            default="our names",
            example="updated_since=since,limit=size",
        ),
    )
    nextbank_client_id: str | None = field(
        default=None,
        metadata=read_as(
            "NEXTBANK_CLIENT_ID",
            str,
            "the id that NextBank gave us",
            "Our client id at NextBank; needs NEXTBANK_CLIENT_SECRET and NEXTBANK_TOKEN_URL.",
            example="clientupdater",
        ),
    )
    nextbank_client_secret: str | None = field(
        default=None,
        metadata=read_as(
            "NEXTBANK_CLIENT_SECRET",
            str,
            "the secret that goes with the id",
            "Our client secret at NextBank.",
            secret=True,
        ),
        repr=hide,
    )
    nextbank_token_url: str | None = field(
        default=None,
        metadata=read_as(
            "NEXTBANK_TOKEN_URL",
            trusted_url,
            "an https:// address",
            "The token endpoint (OAuth 2.0, client credentials).",
            example="https://nextbank.example.com/oauth/token",
        ),
    )
    nextbank_api_key: str | None = field(
        default=None,
        metadata=read_as(
            "NEXTBANK_API_KEY",
            shown,
            "the key that NextBank gave us",
            "An API key, in place of client credentials.",
            secret=True,
        ),
        repr=hide,
    )
    nextbank_api_key_header: str = field(
        default="X-API-Key",
        metadata=read_as(
            "NEXTBANK_API_KEY_HEADER",
            header,
            "the name of a header",
            "The header that carries the API key.",
            default="X-API-Key",
        ),
    )
    nextbank_timeout_ms: int = field(
        default=10000,
        metadata=read_as(
            "NEXTBANK_TIMEOUT_MS",
            whole(100, 600_000),
            "milliseconds, from 100 to 600000",
            "How long to wait for one response of NextBank.",
            default="10000",
        ),
    )
    nextbank_webhook_secrets: tuple[str, ...] = field(
        default=(),
        metadata=read_as(
            "NEXTBANK_WEBHOOK_SECRETS",
            webhook_secrets,
            "secrets of 24 bytes or more, separated by commas: whsec_ and base64, or words",
            "The secrets that NextBank may sign its webhooks with. While you change the secret, "
            "list the old and the new one. Unset: every webhook is refused.",
            secret=True,
        ),
        repr=hide,
    )


def nextbank_faults(settings: NextBankSettings) -> Iterator[Fault]:
    """Require an API key, or every setting of the client credentials."""
    if settings.nextbank_base_url is None or settings.nextbank_api_key:
        return
    needed = {
        "NEXTBANK_CLIENT_ID": settings.nextbank_client_id,
        "NEXTBANK_CLIENT_SECRET": settings.nextbank_client_secret,
        "NEXTBANK_TOKEN_URL": settings.nextbank_token_url,
    }
    message = "is not set; expected it, or NEXTBANK_API_KEY, with NEXTBANK_BASE_URL"
    yield from (Fault(name, message) for name, value in needed.items() if value is None)
