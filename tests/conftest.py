"""What every test needs: the embedded PostgreSQL while DATABASE_URL is not set."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from playwright.sync_api import Browser, sync_playwright

from certificates.signing.demo_ca import make_demo_ca
from common.launch import embedded
from common.launch.system_parts import BROWSERS
from common.printing.pdf import render_pdf
from tests import emptying, kept, schema, years
from tests.factories.cast import make_cast


def pytest_configure(config: pytest.Config) -> None:
    """Run the server for the whole session; workers of xdist find it running, as their parent comes first."""
    years.know()
    if os.environ.get("DATABASE_URL") or hasattr(config, "workerinput"):
        return
    session = embedded.session(settings.VAR_DIR)
    url = session.__enter__()
    config.add_cleanup(lambda: session.__exit__(None, None, None))
    # The settings were read before the server started, and a taken port makes it move.
    settings.DATABASES["default"]["PORT"] = urlsplit(url).port


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What drives the browser runs apart: its event loop would be in the way of everything after it."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("journey")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how large the permission matrix is, when its test ran."""
    ran = [report.nodeid for key in ("passed", "failed") for report in terminalreporter.stats.get(key, [])]
    rows = sum("test_each_role_gets_what_the_table_says" in nodeid for nodeid in ran)
    if rows:
        from tests.architecture.world import ROLES

        terminalreporter.write_line(f"permission matrix: {rows} rows of addresses × {len(ROLES)} roles asked")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """Copy the migrated schema instead of migrating for every worker and every run."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connection.settings_dict["TEST"]["TEMPLATE"] = schema.ensure()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """Let transactional tests empty the audit table afterwards, its other guards stay on; make what many begin with.

    The test of the TRUNCATE guard switches it on again inside its own transaction.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("ALTER TABLE common_auditevent DISABLE TRIGGER audit_no_truncate")
        emptying.install()
        kept.prepare(make_cast)  # before anything is patched or set


@pytest.fixture(autouse=True)
def _fresh_limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What was counted against an address or a phone ends with the test, and no test runs over the end of a minute."""
    monkeypatch.setattr("common.limits.time", SimpleNamespace(time=lambda: 0.0))
    yield
    cache.clear()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium; its absence is a failure, not a skip."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, "journeys need Chromium: apt-get install chromium-headless-shell"
    flags = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def unsigned(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A PDF of one page that nobody has signed."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "bare.html").write_text("<html lang=zh-Hans><body><p>准予许可</p></body></html>")
    templates = [{**settings.TEMPLATES[0], "DIRS": [folder, *settings.TEMPLATES[0]["DIRS"]]}]
    with override_settings(TEMPLATES=templates):
        return render_pdf("bare.html", {}, title="试签", author="示范市")


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's keys, made once: tests that change keys make their own."""
    folder = tmp_path_factory.mktemp("keys")
    make_demo_ca(folder)
    return folder
