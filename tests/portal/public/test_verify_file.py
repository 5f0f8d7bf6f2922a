"""Anybody can check a certificate's file: issued, altered, foreign, unsealed or none at all; nothing of it is kept."""

from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from certificates.actions import produce_file
from certificates.models import Certificate
from certificates.signing.demo_ca import make_demo_ca
from certificates.signing.keystore import Pkcs12KeyStore
from certificates.signing.pades import sign_pdf
from portal.demo.sample_pdf import sample_pdf
from tests.factories.cast import Cast
from tests.factories.visitors import address


@pytest.fixture
def issued(cast: Cast, key_folder, settings) -> bytes:
    settings.KEY_DIR = key_folder
    return produce_file(certificate_id=cast.licence.pk).file.read()


def check(browser: Client, content: bytes, name: str = "证照.pdf") -> tuple[int, str]:
    answer = browser.post(address("verify_file"), {"file": SimpleUploadedFile(name, content, "application/pdf")})
    return answer.status_code, answer.content.decode()


def seal(pdf: bytes, keys: Path) -> bytes:
    return sign_pdf(pdf, reason="颁发", location="示范市", field_name="Seal", keystore=Pkcs12KeyStore(keys))


@pytest.mark.parametrize(
    ("state", "words"), [("valid", "这张证照现在有效"), ("suspended", "暂扣期间不能使用"), ("cancelled", "已经注销")]
)
def test_an_issued_file_is_known_and_the_register_decides(cast: Cast, anybody: Client, issued, state, words):
    Certificate.objects.filter(pk=cast.licence.pk).update(state=state)
    status, page = check(anybody, issued)
    assert status == 200
    assert words in page
    assert "就是当初签发的那一份" in page
    assert "时间戳服务证明" in page


@pytest.mark.parametrize("how", ["flip", "append", "cut"])
def test_an_altered_file_is_never_valid(cast: Cast, anybody: Client, issued, how):
    altered = {
        "flip": lambda: issued[:3000] + bytes([issued[3000] ^ 1]) + issued[3001:],
        "append": lambda: issued + b"\n% more\n",
        "cut": lambda: issued[: len(issued) // 2],
    }[how]()
    status, page = check(anybody, altered)
    assert status == 200
    assert "文件被改动" in page or "文件打不开" in page
    assert "现在有效" not in page
    if how == "append":
        assert "文件被改动" in page


def test_a_good_copy_sealed_by_a_stranger_is_not_ours(cast: Cast, anybody: Client, unsigned, issued, tmp_path):
    make_demo_ca(tmp_path)
    _status, page = check(anybody, seal(unsigned, tmp_path))
    assert "不认可的签章" in page
    assert "现在有效" not in page


def test_our_seal_on_something_else_is_no_certificate(cast: Cast, anybody: Client, unsigned, issued, key_folder):
    _status, page = check(anybody, seal(unsigned, key_folder))
    assert "不是证照文件" in page
    assert "现在有效" not in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件打不开"),
        (b"hello", "文件打不开"),
        (b"%PDF-1.7\n%%EOF", "文件打不开"),
        (b"\x89PNG\r\n\x1a\n", "文件打不开"),
        (b"%PDF-1.7\n" + b"[" * 100_000, "文件打不开"),
    ],
)
def test_foreign_files_are_answered_with_words(cast: Cast, anybody: Client, issued, content, words):
    status, page = check(anybody, content)
    assert status == 200
    assert words in page


def test_a_file_without_a_seal_says_so(cast: Cast, anybody: Client, unsigned, issued):
    assert "没有签章" in check(anybody, unsigned)[1]


def test_a_file_that_is_too_large_is_refused_before_it_is_read(anybody: Client, db):
    status, page = check(anybody, b"%PDF-" + b"0" * (5 * 1024 * 1024))
    assert status == 422
    assert "不会是电子证照文件" in page


def test_nothing_chosen_is_said_at_the_field(anybody: Client, db):
    answer = anybody.post(address("verify_file"), {})
    assert answer.status_code == 422
    assert "请先选一个文件" in answer.content.decode()


def test_files_count_as_look_ups(cast: Cast, anybody: Client, issued, settings):
    settings.LOOKUPS_PER_MINUTE = 2
    assert [check(anybody, b"hello")[0] for _file in range(4)].count(429) >= 1


def test_nothing_of_the_file_is_kept(cast: Cast, anybody: Client, issued):
    before = sorted(path for path in Path(site.MEDIA_ROOT).rglob("*") if path.is_file())
    check(anybody, sample_pdf(title="私人文件", owner="李清荷"))
    assert sorted(path for path in Path(site.MEDIA_ROOT).rglob("*") if path.is_file()) == before
