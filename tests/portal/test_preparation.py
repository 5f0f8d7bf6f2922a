"""The steps before the first page look first whether there is work, and the bench keeps to its own database."""

import os
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings

from bench.__main__ import own_database
from common.launch import embedded, preparation


@pytest.fixture
def calls(monkeypatch):
    made = []
    monkeypatch.setattr(preparation, "call_command", lambda name, **options: made.append(name))
    return made


@pytest.mark.django_db
def test_an_up_to_date_schema_is_not_migrated_again(calls):
    preparation.migrate_if_needed()

    assert calls == []


def test_static_files_are_collected_again_only_after_a_change(tmp_path, settings, calls):
    source = tmp_path / "static"
    source.mkdir()
    (source / "site.css").write_text("a {}")
    settings.STATICFILES_DIRS = [source]
    stamp = tmp_path / "static.stamp"

    preparation.collect_static_if_changed(stamp)
    preparation.collect_static_if_changed(stamp)
    assert calls == ["collectstatic"]

    (source / "site.css").write_text("a { color: red }")
    preparation.collect_static_if_changed(stamp)
    assert calls == ["collectstatic", "collectstatic"]


def test_the_bench_database_is_another_one_and_goes_away():
    url = os.environ.get("DATABASE_URL") or embedded.url(settings.VAR_DIR)
    with own_database(url, "sample") as own:
        name = urlsplit(own).path.removeprefix("/")
        with psycopg.connect(own) as connection:
            assert connection.info.dbname == name
    assert name != urlsplit(url).path.removeprefix("/")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(own)
