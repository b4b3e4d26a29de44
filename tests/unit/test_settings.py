"""What the environment says, and how its faults are reported."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from docs.generate import documents

from clientupdater.domain.errors import Misconfigured
from clientupdater.settings import LogFormat, LogLevel, Settings

KEY = base64.b64encode(b"k" * 32).decode()


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = Settings.from_mapping({})
    assert settings == Settings()
    assert settings.business_timezone.key == "Asia/Manila"
    assert settings.log_format is None


def test_every_setting_is_read() -> None:
    settings = Settings.from_mapping(
        {
            "DATABASE_URL": "postgresql://app:secret@localhost/one",
            "DATABASE_MIGRATION_URL": "postgres://owner:secret@localhost/one",
            "DATABASE_POOL_MIN": "2",
            "DATABASE_POOL_MAX": "4",
            "DATABASE_POOL_TIMEOUT_MS": "50",
            "REDIS_URL": "rediss://cache:6380/1",
            "BUSINESS_TIMEZONE": "Europe/Vienna",
            "SESSION_IDLE_MINUTES": "30",
            "SESSION_ABSOLUTE_HOURS": "12",
            "LOGIN_MAX_FAILURES": "3",
            "LOGIN_LOCK_MINUTES": "60",
            "CSV_DROP_DIR": "/srv/drop",
            "CSV_ENCODING": "Windows-1252",
            "CLIENTUPDATER_ACTOR": "ana@example.com",
            "HEALTH_CHECK_TIMEOUT_MS": "70",
            "LOG_LEVEL": "Warning",
            "LOG_FORMAT": "console",
        }
    )
    assert settings.serving_url == "postgresql://app:secret@localhost/one"
    assert settings.migration_url == "postgres://owner:secret@localhost/one"
    assert (settings.database_pool_min, settings.database_pool_max) == (2, 4)
    assert settings.database_pool_timeout_ms == 50
    assert settings.redis_url == "rediss://cache:6380/1"
    assert settings.business_timezone.key == "Europe/Vienna"
    assert (settings.session_idle_minutes, settings.session_absolute_hours) == (30, 12)
    assert (settings.login_max_failures, settings.login_lock_minutes) == (3, 60)
    assert settings.csv_drop_dir == Path("/srv/drop")
    assert settings.csv_encoding == "windows-1252"
    assert settings.actor == "ana@example.com"
    assert "ana@" not in repr(settings)
    assert settings.health_check_timeout_ms == 70
    assert settings.log_level is LogLevel.WARNING
    assert settings.log_format is LogFormat.CONSOLE


def test_a_blank_value_counts_as_not_set() -> None:
    assert Settings.from_mapping({"REDIS_URL": " ", "LOG_LEVEL": ""}) == Settings()


def test_every_fault_is_reported_at_once_with_the_value_and_the_expected_form() -> None:
    with pytest.raises(Misconfigured) as caught:
        Settings.from_mapping(
            {
                "DATABASE_URL": "mysql://root:hunter2@db/one",
                "DATABASE_POOL_MAX": "many",
                "DATABASE_POOL_TIMEOUT_MS": "0",
                "BUSINESS_TIMEZONE": "Asia/Atlantis",
                "CSV_ENCODING": "utf-16",
                "LOG_LEVEL": "loud",
            }
        )
    values = {fault.pointer: fault.message for fault in caught.value.faults}
    assert list(values) == [
        "DATABASE_URL",
        "DATABASE_POOL_MAX",
        "DATABASE_POOL_TIMEOUT_MS",
        "BUSINESS_TIMEZONE",
        "LOG_LEVEL",
        "CSV_ENCODING",
    ]
    assert values["DATABASE_POOL_MAX"] == "is 'many'; expected a whole number from 1 to 1000"
    assert "'mysql://***@db/one'" in values["DATABASE_URL"]


def test_a_pool_cannot_keep_more_than_it_may_open() -> None:
    with pytest.raises(Misconfigured, match=r"DATABASE_POOL_MIN: is 9, more than .* \(8\)"):
        Settings.from_mapping({"DATABASE_POOL_MIN": "9"})


@pytest.mark.parametrize("name", ["../etc/passwd", "/etc/passwd", "Asia", "Asia/\0"])
def test_a_path_is_no_time_zone(name: str) -> None:
    with pytest.raises(Misconfigured, match="BUSINESS_TIMEZONE"):
        Settings.from_mapping({"BUSINESS_TIMEZONE": name})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app:hunter2@db/one",
        "postgresql://app:hunter2@x@db/one",
        "postgresql://app:hunter/2@db/one",
        "postgresql://db/one?password=hunter2&user=app",
        "host=db password=hunter2",
        "hunter2",
    ],
)
def test_no_secret_is_shown(url: str) -> None:
    assert "hunter" not in repr(Settings(database_url=url, redis_url=url))
    with pytest.raises(Misconfigured) as caught:
        Settings.from_mapping({"DATABASE_URL": f"x{url}"})
    assert "hunter" not in str(caught.value)


def test_without_a_database_it_says_which_setting_is_missing_and_what_to_do() -> None:
    with pytest.raises(Misconfigured, match=r"DATABASE_URL: is not set.*clientupdater demo"):
        _ = Settings().serving_url


def test_workers_and_migrations_connect_without_the_pooler() -> None:
    alone = Settings(database_url="postgresql://a/b")
    assert {alone.worker_url, alone.migration_url} == {"postgresql://a/b"}
    pooled = Settings(database_url="postgresql://a/b", database_direct_url="postgresql://c/b")
    assert {pooled.worker_url, pooled.migration_url} == {"postgresql://c/b"}
    assert pooled.serving_url == "postgresql://a/b"


def test_statements_are_prepared_behind_a_pooler_only_if_a_setting_says_so() -> None:
    direct = {"DATABASE_URL": "postgresql://localhost:6432/b"}
    pooled = {**direct, "DATABASE_DIRECT_URL": "postgresql://localhost/b"}
    values = {"DATABASE_PREPARED_STATEMENTS": "true"}
    for environment, prepares in (
        (direct, None),
        (pooled, False),
        ({**pooled, **values}, True),
        ({**direct, **values}, True),
    ):
        assert Settings.from_mapping(environment).prepares_when_serving is prepares


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app:secret@db/one",
        "postgresql://app:secret@db.example.com:5432/one?sslmode=prefer",
        "postgresql://app:secret@192.0.2.1/one?sslmode=disable",
        "postgresql://app:secret@localhost:5432,db:5432/one",
        "postgresql://app:secret@/one?host=db",
        "postgresql://app:secret@localhost/one?hostaddr=192.0.2.1",
        "postgresql://app:secret@[2001:db8::1]:5432/one",
    ],
)
def test_postgresql_on_another_machine_needs_tls_or_a_setting_that_allows_none(url: str) -> None:
    names = ("DATABASE_URL", "DATABASE_DIRECT_URL", "DATABASE_WORKER_URL")
    for name in (*names, "DATABASE_MIGRATION_URL", "DATABASE_REPLICA_URL"):
        with pytest.raises(Misconfigured, match=f"{name}: leads to another machine without TLS"):
            Settings.from_mapping({name: url})
        Settings.from_mapping({name: url, "DATABASE_INSECURE": "true"})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app:secret@db/one?sslmode=require",
        "postgresql://app:secret@db/one?application_name=x&sslmode=verify-full",
        "postgresql://app:secret@localhost:5432/one",
        "postgresql://app:secret@127.0.0.2/one?sslmode=disable",
        "postgresql://app:secret@[::1]:5432/one",
        "postgresql:///one?host=/var/run/postgresql",
        "postgresql://app@%2Fvar%2Frun%2Fpostgresql/one",
        "postgresql:///one",
    ],
)
def test_postgresql_with_tls_or_on_this_machine_needs_no_setting(url: str) -> None:
    assert Settings.from_mapping({"DATABASE_URL": url}).serving_url == url


@pytest.mark.parametrize(
    "secrets",
    ["short", f"{'a' * 24},short", "a" * 23, "whsec_c2hvcnQ=", f"whsec_{KEY[:28]}", "whsec_!" * 9],
)
def test_a_webhook_secret_that_can_be_guessed_is_refused_and_not_shown(secrets: str) -> None:
    with pytest.raises(Misconfigured, match="secrets of 24 bytes or more") as refused:
        Settings.from_mapping({"NEXTBANK_WEBHOOK_SECRETS": secrets})
    assert secrets not in str(refused.value)
    kept = Settings.from_mapping({"NEXTBANK_WEBHOOK_SECRETS": f"{'a' * 24}, whsec_{KEY}"})
    assert kept.nextbank_webhook_secrets == ("a" * 24, f"whsec_{KEY}")


@pytest.mark.parametrize(
    "url",
    [
        "redis://:secret@cache:6379/0",
        "redis+sentinel://:secret@127.0.0.1:26379,cache:26379/ours/0",
        "redis+cluster://:secret@127.0.0.1:6379,cache:6379",
    ],
)
def test_redis_on_another_machine_needs_tls_or_a_setting_that_allows_none(url: str) -> None:
    with pytest.raises(Misconfigured, match="REDIS_URL: leads to another machine without TLS"):
        Settings.from_mapping({"REDIS_URL": url})
    for item in (
        {"REDIS_URL": url, "REDIS_INSECURE": "true"},
        {"REDIS_URL": url.replace("redis", "rediss", 1)},
        {"REDIS_URL": "redis+sentinel://[::1]:26379,localhost/ours"},
        {"REDIS_URL": "redis://:secret@cache:6379/0", "REDIS_INSECURE": "true"},
        {"REDIS_URL": "rediss://:secret@cache:6379/0"},
        {"REDIS_URL": "redis://127.0.0.1:6379/0"},
        {"REDIS_URL": "redis://[::1]:6379/0"},
    ):
        Settings.from_mapping(item)


def test_the_generated_documents_are_current() -> None:
    stale = [p.name for p, text in documents().items() if p.read_text(encoding="utf-8") != text]
    assert not stale, f"{stale} differ from the code: run `make docs`"


@pytest.mark.parametrize(
    "text",
    [f":{KEY}", f"a b:{KEY}", f"a:{KEY},a:{KEY}", "a:not base64!", "a:c2hvcnQ=", KEY, f"a:{KEY},"],
)
def test_malformed_keys_are_refused_and_not_shown(text: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        Settings.from_mapping({"ENCRYPTION_KEYS": text})
    message = (
        "ENCRYPTION_KEYS: is '***'; expected id:base64,… with keys of 32 bytes, the newest first"
    )
    assert str(refused.value) == message


def test_keys_are_read_newest_first_and_never_shown() -> None:
    other = base64.b64encode(b"o" * 32).decode()
    settings = Settings.from_mapping(
        {"ENCRYPTION_KEYS": f"new:{KEY}, old:{other}", "BLIND_INDEX_KEY": KEY}
    )
    assert settings.encryption_keys == {"new": b"k" * 32, "old": b"o" * 32}
    assert list(settings.encryption_keys) == ["new", "old"]
    assert settings.blind_index_key == b"k" * 32
    assert "kkkk" not in repr(settings)
    assert KEY not in repr(settings)


SNOWFLAKE = {"SNOWFLAKE_ACCOUNT": "org-bank", "SNOWFLAKE_USER": "US"}


def test_snowflake_needs_a_key_or_a_token_and_takes_no_password() -> None:
    with pytest.raises(Misconfigured) as caught:
        Settings.from_mapping({"SNOWFLAKE_ACCOUNT": "org-bank", "SNOWFLAKE_PASSWORD": "hunter2"})
    assert [fault.pointer for fault in caught.value.faults] == [
        "SNOWFLAKE_USER",
        "SNOWFLAKE_CLIENT_VIEW",
        "SNOWFLAKE_PRIVATE_KEY_FILE",
    ]
    view = {**SNOWFLAKE, "SNOWFLAKE_CLIENT_VIEW": "V"}
    for way in ("snowflake", "username_password_mfa", "externalbrowser"):
        with pytest.raises(Misconfigured, match="expected snowflake_jwt, programmatic_access"):
            Settings.from_mapping({**view, "SNOWFLAKE_AUTHENTICATOR": way})
    with pytest.raises(Misconfigured, match="SNOWFLAKE_TOKEN"):
        Settings.from_mapping({**view, "SNOWFLAKE_AUTHENTICATOR": "OAUTH"})
    values = {"SNOWFLAKE_AUTHENTICATOR": "oauth", "SNOWFLAKE_TOKEN": "hunter2"}
    assert "hunter2" not in repr(Settings.from_mapping({**view, **values}))


@pytest.mark.parametrize(
    ("view", "fits"),
    [
        ("CLIENT_VIEW", True),
        ("bank.public.client_view$1", True),
        ("a.b.c.d", False),
        ("clients; drop table x", False),
        ('"CLIENTS"', False),
        ("1st", False),
    ],
)
def test_snowflakes_view_is_an_identifier(view: str, *, fits: bool) -> None:
    values = {**SNOWFLAKE, "SNOWFLAKE_CLIENT_VIEW": view, "SNOWFLAKE_PRIVATE_KEY_FILE": "/key.pem"}
    if fits:
        assert Settings.from_mapping(values).snowflake_client_view == view
    else:
        with pytest.raises(Misconfigured, match="SNOWFLAKE_CLIENT_VIEW"):
            Settings.from_mapping(values)


def test_nextbanks_names_for_things_are_read() -> None:
    settings = Settings.from_mapping(
        {
            "NEXTBANK_CLIENTS_PATH": "/core/2/customers",
            "NEXTBANK_CLIENT_PATH": "core/2/customer/{code}/card",
            "NEXTBANK_MEMBERS": "items=data.rows, deleted=erased",
            "NEXTBANK_PARAMETERS": "limit=size",
            "NEXTBANK_API_KEY_HEADER": "Bank-Key",
        }
    )
    assert settings.nextbank_clients_path == "core/2/customers"
    assert settings.nextbank_client_path == "core/2/customer/{code}/card"
    assert settings.nextbank_members == {"items": "data.rows", "deleted": "erased"}
    assert settings.nextbank_parameters == {"limit": "size"}
    assert settings.nextbank_api_key_header == "Bank-Key"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("NEXTBANK_CLIENTS_PATH", "https://elsewhere.example.com/clients"),
        ("NEXTBANK_CLIENTS_PATH", "//elsewhere.example.com/clients"),
        ("NEXTBANK_CLIENTS_PATH", "v1/../clients"),
        ("NEXTBANK_CLIENTS_PATH", ".."),
        ("NEXTBANK_CLIENTS_PATH", "v1/clients?all=1"),
        ("NEXTBANK_CLIENT_PATH", "v1/clients"),
        ("NEXTBANK_CLIENT_PATH", "v1/{code}/{code}"),
        ("NEXTBANK_CLIENT_PATH", "v1/{id}/{code}"),
        ("NEXTBANK_MEMBERS", "items"),
        ("NEXTBANK_MEMBERS", "items="),
        ("NEXTBANK_MEMBERS", "items=data,items=rows"),
        ("NEXTBANK_MEMBERS", "items=total"),
        ("NEXTBANK_MEMBERS", "items=data..rows"),
        ("NEXTBANK_MEMBERS", "rows=items"),
        ("NEXTBANK_PARAMETERS", "limit=size&x"),
        ("NEXTBANK_API_KEY_HEADER", "Bank Key"),
        ("NEXTBANK_API_KEY", "clé"),
    ],
)
def test_malformed_names_of_nextbank_are_refused(name: str, found: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        Settings.from_mapping({name: found, "CSV_ENCODING": "ebcdic"})
    assert [fault.pointer for fault in caught.value.faults] == [name, "CSV_ENCODING"]


def test_nextbank_needs_a_key_or_complete_client_credentials() -> None:
    bank = {"NEXTBANK_BASE_URL": "https://bank.example.com"}
    with pytest.raises(Misconfigured) as caught:
        Settings.from_mapping({**bank, "NEXTBANK_CLIENT_ID": "us"})
    assert [fault.pointer for fault in caught.value.faults] == [
        "NEXTBANK_CLIENT_SECRET",
        "NEXTBANK_TOKEN_URL",
    ]
    settings = Settings.from_mapping({**bank, "NEXTBANK_API_KEY": "hunter2"})
    assert settings.nextbank_base_url == "https://bank.example.com"
    assert settings.nextbank_timeout_ms == 10_000
    assert "hunter2" not in repr(settings)


ISSUER = {"OIDC_ISSUER": "https://clerk.example.com", "OIDC_AUDIENCE": "us"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ISSUER", "http://clerk.example.com"),
        ("OIDC_ISSUER", "clerk.example.com"),
        ("OIDC_JWKS_URL", "file:///etc/passwd"),
        ("OIDC_JWKS_URL", "https://somebody@clerk.example.com/keys"),
        ("OIDC_ALGORITHMS", "RS256,HS256"),
        ("OIDC_ALGORITHMS", "none"),
        ("OIDC_ALGORITHMS", "PS256"),
        ("OIDC_AUTHORIZED_PARTIES", "https://app.example.com,,"),
    ],
)
@pytest.mark.rule("U1")
def test_U1_an_issuer_is_reached_over_tls_and_signs_with_asymmetric_keys(
    name: str, value: str
) -> None:
    with pytest.raises(Misconfigured) as caught:
        Settings.from_mapping({**ISSUER, name: value})
    assert [fault.pointer for fault in caught.value.faults] == [name]


@pytest.mark.rule("U1")
def test_U1_an_issuers_tokens_need_an_audience_or_a_party() -> None:
    with pytest.raises(Misconfigured) as caught:
        Settings.from_mapping({"OIDC_ISSUER": "https://clerk.example.com"})
    assert [fault.pointer for fault in caught.value.faults] == ["OIDC_AUDIENCE"]
    assert Settings.from_mapping(ISSUER).oidc_algorithms == ("RS256", "ES256")
