"""Offline proof over HTTP: published keys and lists, the QR token's page, taking a certificate into a wallet."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.cache import cache
from django.test import Client
from sd_jwt.verifier import SDJWTVerifier

from certificates.actions import change_state, produce_file
from certificates.models import Certificate, CertificateType, Disclosure
from certificates.proofs import jws, tokens
from certificates.states import Operation
from identity.models import Organisation
from tests.factories.cast import Cast
from tests.factories.visitors import address
from tests.portal.public.test_account_security import step_up

HOST = "https://zwfw.example.gov.cn"
SCRIPT = Path(site.BASE_DIR) / "deploy/examples/verify_token.py"


@pytest.fixture(autouse=True)
def _keys(key_folder, settings):
    settings.KEY_DIR = key_folder
    settings.PUBLIC_BASE_URL = HOST


@pytest.fixture
def token(cast: Cast) -> str:
    rows = Certificate.objects.select_related("type", "issuer", "holder__person", "holder__organisation")
    return tokens.make(rows.get(pk=cast.licence.pk))


def look(browser: Client, token: str) -> tuple[int, str]:
    answer = browser.get(address("verify_code", token))
    assert "no-store" in answer["Cache-Control"]
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize(
    ("state", "words"),
    [("valid", "这张证照现在有效"), ("suspended", "暂扣"), ("cancelled", "已经注销"), ("expired", "有效期已过")],
)
def test_a_token_is_answered_with_the_registers_state(cast: Cast, anybody: Client, token, state, words):
    Certificate.objects.filter(pk=cast.licence.pk).update(state=state)
    status, page = look(anybody, token)
    assert status == 200
    assert words in page
    assert "二维码的签名是真的" in page
    assert 'style="' not in page


def test_a_swapped_payload_says_so_and_shows_nothing(cast: Cast, anybody: Client, token):
    head, payload, signature = token.split(".")
    claims = json.loads(jws.unb64(payload))
    status, page = look(anybody, f"{head}.{jws.b64(jws.compact({**claims, 'n': '别人的店'}))}.{signature}")
    assert status == 404
    assert "内容与登记不符" in page
    assert cast.licence.number not in page
    assert cast.shop.name not in page


def test_a_foreign_token_says_so(cast: Cast, anybody: Client):
    status, page = look(anybody, "eyJhbGciOiJub25lIn0.e30.")
    assert status == 404
    assert "不是本平台的二维码" in page


def test_a_signed_token_without_a_certificate_says_so(cast: Cast, anybody: Client, token):
    Certificate.objects.filter(pk=cast.licence.pk).update(identifier="1.2.3")
    status, page = look(anybody, token)
    assert status == 404
    assert "登记库里没有这张证照" in page


def test_a_token_from_before_a_new_name_says_that_the_register_changed(cast: Cast, anybody: Client, token):
    Organisation.objects.filter(pk=cast.shop.pk).update(name="青禾小馆")
    status, page = look(anybody, token)
    assert status == 200
    assert "登记已变更" in page
    assert "青禾小馆" in page
    assert "内容和登记一致" not in page


def test_codes_of_older_files_still_lead_to_the_page(cast: Cast, anybody: Client):
    assert look(anybody, cast.licence.verify_code)[0] == 200


def test_tokens_count_as_look_ups(cast: Cast, anybody: Client, token, settings):
    settings.LOOKUPS_PER_MINUTE = 2
    assert [anybody.get(address("verify_code", token)).status_code for _look in range(5)].count(429) >= 1


def test_keys_and_lists_are_public_and_cacheable(cast: Cast, anybody: Client, token):
    for name, arguments, kind, seconds in (
        ("token_keys", (), "application/json", 3600),
        ("credential_issuer", (), "application/json", 3600),
        ("credential_kind", (cast.licence.type.type_code,), "application/json", 3600),
        ("status_list", (1,), "application/statuslist+jwt", 30),
    ):
        answer = anybody.get(address(name, *arguments))
        assert answer.status_code == 200, name
        assert answer["Content-Type"] == kind
        assert answer["Cache-Control"] == f"public, max-age={seconds}"
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", ""), name
    assert anybody.get(address("status_list", 99)).status_code == 404
    assert anybody.get(address("credential_kind", "x")).status_code == 404
    keys = anybody.get("/.well-known/certificate-keys.json").json()["keys"]
    assert all(set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"} for key in keys)
    issuer = anybody.get("/.well-known/jwt-vc-issuer").json()
    assert issuer == {"issuer": HOST, "jwks_uri": f"{HOST}/.well-known/certificate-keys.json"}
    kind = anybody.get(address("credential_kind", cast.licence.type.type_code)).json()
    assert {"path": ["face", "address"], "display": [{"locale": "zh-CN", "label": "住所"}], "sd": "always"} in kind[
        "claims"
    ]


def offline(folder: Path, *words: str) -> tuple[int, dict]:
    """The independent script, in a process without this project on its path."""
    command = [sys.executable, "-I", str(SCRIPT), "--keys", str(folder / "keys.json"), *words]
    done = subprocess.run(command, capture_output=True, check=False, cwd=folder, env={"PATH": "/usr/bin:/bin"})
    return done.returncode, json.loads(done.stdout)


def test_an_independent_script_proves_a_token_offline(cast: Cast, anybody: Client, token, tmp_path):
    (tmp_path / "keys.json").write_bytes(anybody.get(address("token_keys")).content)
    whole = f"{HOST}/verify/{token}/"
    code, said = offline(tmp_path, whole, "--issuer", HOST)
    assert (code, said["state"], said["status_checked"]) == (0, "valid", False)
    assert said["identifier"] == cast.licence.identifier
    assert said["holder"] == cast.shop.name
    assert said["status"].startswith(f"{HOST}/status/1#")
    for operation, expected in ((Operation.SUSPEND, (1, "suspended")), (Operation.CANCEL, (1, "invalid"))):
        change_state(
            cast.decider,
            certificate_id=cast.licence.pk,
            operation=operation,
            reason="复查",
            legal_basis="条例",
            ground="70-6" if operation == Operation.CANCEL else "",
        )
        cache.clear()
        (tmp_path / "list").write_bytes(anybody.get(address("status_list", 1)).content)
        code, said = offline(tmp_path, whole, "--status-list", str(tmp_path / "list"))
        assert (code, said["state"]) == expected
    assert offline(tmp_path, whole, "--issuer", "https://other.example")[0] == 2
    assert offline(tmp_path, whole[:-10] + "AAAAAAAAA/")[0] == 2
    assert offline(tmp_path, "eyJhbGciOiJub25lIn0.e30.")[0] == 2
    (tmp_path / "keys.json").write_text('{"keys": []}')
    assert offline(tmp_path, whole) == (2, {"state": "not_genuine", "why": "signed by an unknown key"})


def test_the_script_imports_nothing_of_the_project():
    nodes = list(ast.walk(ast.parse(SCRIPT.read_text())))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
    roots = {name.split(".")[0] for name in names}
    assert roots - set(sys.stdlib_module_names) == {"cryptography"}


def test_a_wallet_file_is_chosen_after_a_step_up_and_logged(cast: Cast, shop: Client):
    place = address("certificate_export", cast.licence.pk)
    assert shop.get(place).headers["Location"].startswith("/account/reauthenticate/")
    assert shop.post(place, {"chosen": ["number"]}).status_code == 302
    assert not Disclosure.objects.exists()
    step_up(shop)
    page = shop.get(place).content.decode()
    assert "带上哪些内容" in page
    assert "住所" in page
    answer = shop.post(place, {"chosen": ["number"], "request_key": "k1", "holder_key": ""})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/dc+sd-jwt"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    keys = shop.get(address("token_keys")).json()["keys"]
    from jwcrypto.jwk import JWK

    found = SDJWTVerifier(answer.content.decode(), lambda _issuer, _head: JWK(**keys[0])).get_verified_payload()
    assert found["number"] == cast.licence.number
    assert "holder_name" not in found
    detail = shop.get(address("certificate_detail", cast.licence.pk)).content.decode()
    assert "放进电子钱包：证照编号" in detail
    assert "持证人" in detail


def test_a_wrong_key_is_said_at_its_field_and_nothing_is_exported(cast: Cast, shop: Client):
    step_up(shop)
    place = address("certificate_export", cast.licence.pk)
    for wrong in ({"holder_key": "{}"}, {"chosen": ["x"]}, {"holder_key": "a\x00"}, {"holder_key": "x" * 1001}):
        answer = shop.post(place, {"chosen": ["number"], **wrong})
        assert answer.status_code == 422, wrong
        assert "field-error" in answer.content.decode() or "error-summary" in answer.content.decode()
    assert not Disclosure.objects.exists()


def test_what_is_not_valid_is_neither_offered_nor_given(cast: Cast, shop: Client):
    step_up(shop)
    Certificate.objects.filter(pk=cast.licence.pk).update(state="suspended")
    assert (
        address("certificate_export", cast.licence.pk)
        not in shop.get(address("certificate_detail", cast.licence.pk)).content.decode()
    )
    assert shop.post(address("certificate_export", cast.licence.pk), {"chosen": []}).status_code == 409
    assert not Disclosure.objects.exists()


def test_the_second_signature_is_offered_and_shown(cast: Cast, shop: Client, li: Client, anybody: Client):
    place = address("certificate_sm2", cast.licence.pk)
    assert shop.get(place).status_code == 404
    CertificateType.objects.filter(pk=cast.licence.type_id).update(has_sm2_signature=True)
    made = produce_file(certificate_id=cast.licence.pk)
    assert place in shop.get(address("certificate_detail", cast.licence.pk)).content.decode()
    answer = shop.get(place)
    assert answer["Content-Type"] == "application/zip"
    assert li.get(place).status_code == 404
    from django.core.files.uploadedfile import SimpleUploadedFile

    page = anybody.post(
        address("verify_file"), {"file": SimpleUploadedFile("证照.pdf", made.file.read(), "application/pdf")}
    ).content.decode()
    assert "国密签名（SM2）" in page
    assert "示范市电子证照签章（国密）" in page
