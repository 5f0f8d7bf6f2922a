"""Every settings module is imported in a process of its own; production refuses to start half configured."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from identity.checks import check_adapters
from portal.settings.counter import counter_from_environment
from portal.settings.storage import s3_from_environment
from portal.settings.upstream import upstream_from_environment

ROOT = Path(__file__).resolve().parents[2]
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
PRODUCTION = {
    "ONESTOP_SECRET_KEY": "s" * 60,
    "ONESTOP_HOSTS": "zwfw.example.gov.cn www.example.gov.cn",
    "ONESTOP_PUBLIC_URL": "https://zwfw.example.gov.cn/",
    "DATABASE_URL": "postgresql://onestop:secret@db.example.internal:5432/onestop",
    "ONESTOP_FIELD_KEYS": f'{{"k1": "{KEY}"}}',
    "ONESTOP_BLIND_INDEX_KEY": KEY,
    "ONESTOP_KEY_DIR": "/etc/onestop/keys",
    "ONESTOP_MEDIA_ROOT": "/var/lib/onestop/media",
}


def _import(module: str, environment: dict[str, str], code: str = "") -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ONESTOP_", "DATABASE_"))}
    clean.pop("DJANGO_SETTINGS_MODULE", None)
    script = f"import {module} as settings; {code}"
    command = [sys.executable, "-c", script]
    return subprocess.run(command, cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["base", "demo", "test"])
def test_settings_are_importable_with_an_empty_environment(name):
    done = _import(f"portal.settings.{name}", {}, "print(settings.DEBUG)")

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False"


def test_production_starts_when_everything_is_set():
    done = _import(
        "portal.settings.production",
        PRODUCTION,
        "print(settings.ALLOWED_HOSTS, settings.PUBLIC_BASE_URL, settings.DEBUG, settings.SESSION_COOKIE_SECURE)",
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == (
        "['zwfw.example.gov.cn', 'www.example.gov.cn'] https://zwfw.example.gov.cn False True"
    )


def test_production_counts_wrong_passwords_by_visitor_not_by_proxy():
    done = _import("portal.settings.production", PRODUCTION, "print(settings.ALLAUTH_TRUSTED_PROXY_COUNT)")

    assert done.stdout.strip() == "1"


def test_production_names_everything_that_is_missing():
    done = _import("portal.settings.production", {})

    assert done.returncode != 0
    assert [name for name in PRODUCTION if f"  {name}: " not in done.stderr] == []


@pytest.mark.parametrize("missing", sorted(PRODUCTION))
def test_production_refuses_without_each_variable(missing):
    done = _import("portal.settings.production", {**PRODUCTION, missing: ""})

    assert done.returncode != 0
    named = [name for name in PRODUCTION if f"  {name}: " in done.stderr]
    assert named == [missing]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ONESTOP_SECRET_KEY", "short", "shorter than 50 characters"),
        ("ONESTOP_FIELD_KEYS", "k1", "is not a JSON object"),
        ("ONESTOP_PAYMENT_URL", "http://pay.example.gov.cn", "must begin with https"),
        ("ONESTOP_PAYMENT_URL", "https://pay.example.gov.cn", "are needed too"),
        ("ONESTOP_COURIER_URL", "https://post.example.cn", "are needed too"),
        ("ONESTOP_CONSENT_MINUTES", "two hours", "must be a whole number from 15 to 480"),
        ("ONESTOP_DISPLAY_HOURS", "25", "must be a whole number from 1 to 24"),
    ],
)
def test_production_refuses_values_it_cannot_use(name, value, words):
    done = _import("portal.settings.production", {**PRODUCTION, name: value})

    assert done.returncode != 0
    assert words in done.stderr


@pytest.mark.parametrize(
    ("url", "merchant"), [("http://127.0.0.1:8091", "M1"), ("https://pay.example.cn", "SANDBOX-1")]
)
def test_production_takes_no_play_money(url, merchant):
    payment = {"ONESTOP_PAYMENT_URL": url, "ONESTOP_PAYMENT_MERCHANT": merchant, "ONESTOP_PAYMENT_SECRET": "s" * 32}
    done = _import("portal.settings.production", {**PRODUCTION, **payment})
    assert done.returncode != 0
    assert "is a sandbox" in done.stderr


def test_production_sends_no_play_parcels():
    courier = {
        "ONESTOP_COURIER_URL": "https://post.example.cn",
        "ONESTOP_COURIER_CUSTOMER": "SANDBOX-1",
        "ONESTOP_COURIER_SECRET": "s" * 32,
    }
    done = _import("portal.settings.production", {**PRODUCTION, **courier})
    assert done.returncode != 0
    assert "is a sandbox" in done.stderr


def test_the_sample_environment_names_every_variable_of_production():
    modules = [
        ROOT / "portal" / "settings" / name
        for name in ("production.py", "storage.py", "upstream.py", "payment.py", "courier.py", "counter.py")
    ]
    source = "".join(module.read_text(encoding="utf-8") for module in modules)
    sample = (ROOT / "deploy" / "onestop.env.example").read_text(encoding="utf-8")
    read = set(re.findall(r'"((?:ONESTOP_|DATABASE_)[A-Z_]+)"', source))
    offered = set(re.findall(r"^([A-Z_]+)=", sample, re.MULTILINE))

    assert read <= offered
    # The unit reads the number of processes, Django the name of its settings.
    assert offered - read == {"ONESTOP_WORKERS", "DJANGO_SETTINGS_MODULE"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ONESTOP_PUBLIC_URL", "http://zwfw.example.gov.cn"),
        ("ONESTOP_BLIND_INDEX_KEY", "c2hvcnQ="),
        ("ONESTOP_FIELD_KEYS", '{"k1": "not base64!"}'),
        ("ONESTOP_FIELD_KEYS", "k1"),
        ("ONESTOP_BREACHED_PASSWORDS", "/nothing/there"),
        ("ONESTOP_UPSTREAM_ISSUER", "http://id.example.gov.cn"),
        ("ONESTOP_UPSTREAM_ISSUER", "http://127.0.0.1:8090"),
        ("ONESTOP_UPSTREAM_ISSUER", "https://id.example.gov.cn"),  # half of it
    ],
)
def test_production_refuses_a_value_that_would_fail_later(name, value):
    done = _import("portal.settings.production", {**PRODUCTION, name: value})

    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr


OBJECT_STORE = {
    "ONESTOP_S3_BUCKET": "onestop",
    "ONESTOP_S3_ENDPOINT": "https://s3.example.gov.cn",
    "ONESTOP_S3_REGION": "cn-1",
    "ONESTOP_S3_ACCESS_KEY": "key",
    "ONESTOP_S3_SECRET_KEY": "secret",
}


def test_files_lie_in_the_object_store_when_one_is_named():
    show = "print(settings.STORAGES['default']['BACKEND'], settings.STORAGES['default'].get('OPTIONS'))"
    bare = _import("portal.settings.production", PRODUCTION, show).stdout
    assert bare.split() == ["common.storage.EncryptedStorage", "None"]
    named = _import("portal.settings.production", {**PRODUCTION, **OBJECT_STORE}, show).stdout
    assert named.startswith("common.object_storage.EncryptedS3Storage")
    assert "https://s3.example.gov.cn" in named


@pytest.mark.parametrize("missing", sorted(OBJECT_STORE))
def test_half_an_object_store_stops_the_start(missing):
    done = _import("portal.settings.production", {**PRODUCTION, **OBJECT_STORE, missing: ""})
    assert done.returncode != 0
    assert f"not set: {missing}" in done.stderr
    assert "secret" not in done.stderr.rsplit("ImproperlyConfigured", 1)[-1]


@pytest.mark.parametrize(
    "endpoint", ["http://s3.example.gov.cn", "s3.example.gov.cn", "https://", "https://s3.example.gov.cn/onestop"]
)
def test_an_object_store_that_is_not_reached_safely_is_refused(endpoint):
    with pytest.raises(ImproperlyConfigured, match="ONESTOP_S3_ENDPOINT"):
        s3_from_environment({**OBJECT_STORE, "ONESTOP_S3_ENDPOINT": endpoint})


UPSTREAM = {
    "ONESTOP_UPSTREAM_ISSUER": "https://id.example.gov.cn",
    "ONESTOP_UPSTREAM_CLIENT_ID": "onestop",
    "ONESTOP_UPSTREAM_CLIENT_SECRET": "secret",
    "ONESTOP_UPSTREAM_NAME": "国家政务服务平台",
}


def test_the_identity_service_is_read_from_the_environment():
    claims = {"ONESTOP_UPSTREAM_CLAIMS": '{"name": "real_name"}', "ONESTOP_UPSTREAM_LEVELS": '{"face": 4}'}
    read = upstream_from_environment({**UPSTREAM, **claims, "ONESTOP_UPSTREAM_SCOPE": "profile"})
    assert read is not None
    assert (read["issuer"], read["claims"], read["levels"]) == (
        "https://id.example.gov.cn",
        {"name": "real_name"},
        {"face": 4},
    )
    assert read["scope"] == ["openid", "profile"]
    assert upstream_from_environment({}) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ONESTOP_UPSTREAM_NAME", ""),
        ("ONESTOP_UPSTREAM_CLAIMS", "[]"),
        ("ONESTOP_UPSTREAM_CLAIMS", '{"name": 7}'),
        ("ONESTOP_UPSTREAM_LEVELS", '{"face": 6}'),
        ("ONESTOP_UPSTREAM_LEVELS", '{"face": true}'),
        ("ONESTOP_UPSTREAM_LEVELS", "face=4"),
    ],
)
def test_half_an_identity_service_stops_the_start(name, value):
    with pytest.raises(ImproperlyConfigured, match=name):
        upstream_from_environment({**UPSTREAM, name: value})


def _deploy_check(environment: dict[str, str]) -> str:
    code = (
        "import django; django.setup(); from django.core.checks import run_checks; "
        "print([f'{m.id} {m.msg}' for m in run_checks(include_deployment_checks=True) if m.id.startswith('onestop')])"
    )
    done = _import("portal.settings.production", {**PRODUCTION, **environment, **_DJANGO}, code)
    assert done.returncode == 0, done.stderr
    return done.stdout


_DJANGO = {"DJANGO_SETTINGS_MODULE": "portal.settings.production"}
OUTBOX = "identity.messaging.outbox.OutboxGateway"


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, ["onestop.E001"]),  # messages would wait in a table that nobody said is emptied
        ({"ONESTOP_MESSAGE_GATEWAY": OUTBOX}, []),  # somebody decided that a process takes from the table
    ],
)
def test_the_check_before_going_live_names_adapters_nobody_chose(environment, found):
    said = _deploy_check(environment)
    assert re.findall(r"onestop\.E\d+", said) == found


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"MESSAGE_GATEWAY": "identity.messaging.console.ConsoleGateway"}, ["onestop.E001"]),
        ({"MESSAGE_GATEWAY": "city.sms.Missing"}, ["onestop.E002"]),
        ({"FACE_SOURCE": "identity.nothing"}, ["onestop.E002"]),
        ({"CORPORATE_SOURCE": "x"}, ["onestop.E002"]),
        ({"VERIFICATION_SOURCE": "x.Y"}, ["onestop.E002"]),
    ],
)
def test_the_check_names_an_adapter_that_cannot_be_loaded(settings, chosen, found):
    for name, value in {"MESSAGE_GATEWAY_CHOSEN": True, "MESSAGE_GATEWAY": OUTBOX, **chosen}.items():
        setattr(settings, name, value)
    assert [message.id for message in check_adapters()] == found


def test_adapters_come_from_the_environment():
    chosen = {
        "ONESTOP_VERIFICATION_SOURCE": "city.people.Library",
        "ONESTOP_CORPORATE_SOURCE": "city.companies.Library",
        "ONESTOP_FACE_SOURCE": "city.faces.Service",
        "ONESTOP_MESSAGE_GATEWAY": "city.sms.Gateway",
    }
    show = (
        "print(settings.VERIFICATION_SOURCE, settings.CORPORATE_SOURCE, settings.FACE_SOURCE, settings.MESSAGE_GATEWAY)"
    )
    assert _import("portal.settings.production", {**PRODUCTION, **chosen}, show).stdout.split() == list(chosen.values())
    bare = _import("portal.settings.production", PRODUCTION, show).stdout
    assert "LocalRegister" in bare
    assert "LocalCorporateLibrary" in bare
    assert OUTBOX in bare


def test_terms_at_a_window_come_from_the_environment():
    usual = counter_from_environment({})
    assert usual["COUNTER_CONSENT_MINUTES"] == 120
    said = {"ONESTOP_CONSENT_MINUTES": "60", "ONESTOP_LATE_SHEET_DAYS": "0"}
    chosen = counter_from_environment(said)
    assert chosen == {**usual, "COUNTER_CONSENT_MINUTES": 60, "COUNTER_LATE_SHEET_DAYS": 0}
    for wrong in ("-1", "0", "14", "481", "1.5", "٣٠", "999999"):
        with pytest.raises(ImproperlyConfigured):
            counter_from_environment({"ONESTOP_CONSENT_MINUTES": wrong})
