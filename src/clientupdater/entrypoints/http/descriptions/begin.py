"""A short way to begin: sign in, read the worklist, record an update, meet a conflict."""

from __future__ import annotations

from attrs import frozen

ABOUT = "Client Updater keeps the record of contacting every pension-loan client once a period."
CONVENTIONS = (
    "JSON in and out. Ids are UUIDs; a client may also be named `code:` and its client code. "
    "Moments are ISO 8601 with an offset, amounts are decimals in a string. Every error is a "
    "problem document (RFC 9457): decide by `error.code`, show `error.message`."
)


@frozen
class Step:
    """One step: what to do, and the request that does it."""

    title: str
    text: str
    request: str


STEPS = (
    Step(
        "Sign in",
        "The answer holds a token. Send it with every other request.",
        """\
curl -X POST $URL/api/v1/sessions -H 'Content-Type: application/json' \\
  -d '{"email": "ana@example.com", "password": "a long passphrase"}'""",
    ),
    Step(
        "Read the worklist",
        "The most urgent client comes first. Each item holds the client and the snapshot of its "
        "period; note the snapshot's `version`. Follow `next_cursor` while `has_more` is true.",
        """\
curl "$URL/api/v1/worklist?limit=20" -H "Authorization: Bearer $TOKEN\"""",
    ),
    Step(
        "Record an update",
        "Send the version that you read. A change also needs an `Idempotency-Key`: a new one for "
        "each change. Send the same one to repeat a request whose answer was lost; the change is "
        "made only once.",
        """\
curl -X POST $URL/api/v1/clients/code:FC-000123/periods/2026-11/events \\
  -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: $(uuidgen)" \\
  -H 'Content-Type: application/json' \\
  -d '{"status": "CALLED", "remarks": "Asked to call back on Friday.", "version": 0}'""",
    ),
    Step(
        "Meet a conflict",
        "If another person changed the snapshot first, the answer is 409 `version_conflict`. "
        "`error.details` holds the `current` version, the names of the changed `fields` and the "
        "`snapshot` as it is now. Show it, then send the update again with that version and a new "
        "`Idempotency-Key`.",
        """\
{"error": {"code": "version_conflict", "details":
  {"provided": 0, "current": 1, "fields": ["status"], "snapshot": {…}}}}""",
    ),
)


def markdown() -> str:
    """Write it for the contract."""
    steps = (
        f"{number}. **{step.title}.** {step.text}\n\n```\n{step.request}\n```"
        for number, step in enumerate(STEPS, start=1)
    )
    return "\n\n".join((ABOUT, CONVENTIONS, "## Begin", *steps))
