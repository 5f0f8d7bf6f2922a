"""The cast, an unsigned page and a folder of keys, for every test of this room."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from certificates.signing.demo_ca import make_demo_ca
from common.printing.pdf import render_pdf
from tests.factories.cast import Cast, build_cast


@pytest.fixture
def cast(db) -> Cast:
    return build_cast()


@pytest.fixture(scope="session")
def unsigned(tmp_path_factory) -> bytes:
    folder = tmp_path_factory.mktemp("bare")
    (folder / "bare.html").write_text("<html lang=zh-Hans><body><p>准予许可</p></body></html>")
    templates = [{**settings.TEMPLATES[0], "DIRS": [folder, *settings.TEMPLATES[0]["DIRS"]]}]
    with override_settings(TEMPLATES=templates):
        return render_pdf("bare.html", {}, title="试签", author="示范市")


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    make_demo_ca(folder)
    return folder
