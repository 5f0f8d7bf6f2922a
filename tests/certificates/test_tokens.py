"""The QR token: short, readable from the printed page, and only ours is believed."""

import hmac
import json
import time
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwk
from joserfc import jws as other_jws

from certificates.actions import produce_file
from certificates.face import Face
from certificates.layout import LOOKS
from certificates.models import Certificate, StatusEntry, TokenKey
from certificates.proofs import jws, keys, tokens
from certificates.proofs.tokens import TokenFinding
from certificates.rendering import render_face
from certificates.signing import keys_in_use
from certificates.signing.demo_ca import make_demo_ca, renew
from certificates.signing.keystore import Pkcs12KeyStore
from identity.actor import SYSTEM
from identity.models import Organisation
from tests.documents import pictures
from tests.factories.cast import Cast

HOST = "https://zwfw.example.gov.cn"


@pytest.fixture(autouse=True)
def _keys(key_folder, settings):
    settings.KEY_DIR = key_folder
    settings.PUBLIC_BASE_URL = HOST


@pytest.fixture
def licence(cast: Cast) -> Certificate:
    rows = Certificate.objects.select_related("type", "issuer", "holder__person", "holder__organisation")
    return rows.get(pk=cast.licence.pk)


def decoded(pdf: bytes, folder: Path) -> str:
    """What the QR code of the first page says, drawn by three viewers at 144 dots an inch."""
    texts = set()
    for picture in pictures(pdf, folder).values():
        found = zxingcpp.read_barcodes(picture)
        assert len(found) == 1
        texts.add(found[0].text)
    (text,) = texts
    return text


@pytest.mark.django_db
def test_the_printed_file_carries_a_token_that_another_library_proves(licence: Certificate, tmp_path):
    file = produce_file(certificate_id=licence.pk)
    text = decoded(file.file.read(), tmp_path)
    assert text.startswith(f"{HOST}/verify/")
    token = text.removeprefix(f"{HOST}/verify/").rstrip("/")
    assert token == file.qr_token
    keyset = jwk.KeySet.import_key_set(keys.key_set())
    found = other_jws.deserialize_compact(token, keyset, algorithms=["ES256"])
    place = StatusEntry.objects.get(certificate=licence)
    claims = json.loads(found.payload)
    assert claims == {
        "iss": HOST,
        "sub": licence.identifier.removeprefix("1.2.156.3005.2."),
        "t": "营业执照",
        "n": "青禾餐饮店",
        "nbf": claims["nbf"],
        "st": f"/status/{place.list_number}#{place.place}",
    }
    assert tokens.check(token).finding == TokenFinding.GENUINE


def _long_face(template: str, token: str) -> Face:
    return Face(
        type_name="中华人民共和国道路运输经营许可证（副本）",
        type_code="11100000MB03271699031",
        number="JY13301060123456",
        identifier="1.2.156.3005.2.11100000MB03271699031.113301060024956789.JY13301060123456.001.K",
        holder_name="示范市湖滨区老张家常菜馆",
        holder_code="92330106MA2ABCDE1X",
        holder_code_type="001",
        issuer_name="示范市湖滨区市场监督管理局",
        issuer_code="113301060024956789",
        issued_on=date(2026, 11, 21),
        valid_from=date(2026, 11, 21),
        valid_until=date(2031, 11, 20),
        rows=(("法定代表人", "张伟"),),
        verify_url=f"{HOST}/verify/0123456789abcdef",
        qr_text=f"{HOST}/verify/{token}/",
        template=template,
        seal_caption="电子证照专用章",
    )


QR_WIDTH = {"licence": 32, "card": 29, "proof": 32}  # mm, as documents.css prints them


@pytest.mark.parametrize("template", LOOKS)
def test_the_longest_token_still_prints_in_modules_that_a_phone_reads(key_folder, template):
    import segno

    claims = {
        "iss": HOST,
        "sub": "11100000MB03271699031.113301060024956789.JY133010601234567890.001.K",
        "t": "长" * tokens.LONGEST_NAME,
        "n": "长" * tokens.LONGEST_NAME,
        "nbf": 1_795_190_400,
        "exp": 1_952_956_800,
        "st": "/status/153#131071",
    }
    token = jws.sign(Pkcs12KeyStore(key_folder).signer("tokens"), kind=tokens.TYPE, kid="abcdefgh", payload=claims)
    code = segno.make(f"{HOST}/verify/{token}/", error="l", micro=False)
    modules = code.symbol_size(border=4)[0]
    assert QR_WIDTH[template] / modules >= 0.28, (code.version, modules)
    pdf = render_face(_long_face(template, token))
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=300 / 72).to_pil()  # what a phone held over it sees, and less
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == f"{HOST}/verify/{token}/"


@pytest.mark.django_db
def test_a_persons_name_is_masked_in_the_token(cast: Cast):
    from certificates.actions import issue
    from identity.actor import SYSTEM
    from tests.factories.cast import a_type

    kind = a_type("id-card", "居民身份证", cast.scjg, "009", holder_kind="person")
    made = issue(SYSTEM, certificate_type=kind, holder=cast.li.party, issuer=cast.scjg, face={})
    token = tokens.make(made)
    content = jws.unb64(token.split(".")[1]).decode()
    assert "李**" in content
    assert "李清荷" not in content
    assert cast.li.id_number not in content


@pytest.mark.django_db
def test_a_payload_swapped_under_a_signature_is_found(cast: Cast, licence: Certificate):
    head, payload, signature = tokens.make(licence).split(".")
    claims = json.loads(jws.unb64(payload))
    swapped = jws.b64(jws.compact({**claims, "n": "别人的店"}))
    assert tokens.check(f"{head}.{swapped}.{signature}") == tokens.TokenCheck(TokenFinding.ALTERED)
    flipped = bytearray(jws.unb64(signature))
    flipped[5] ^= 1
    assert tokens.check(f"{head}.{payload}.{jws.b64(bytes(flipped))}").finding == TokenFinding.ALTERED


def forged(licence: Certificate, **changes: object) -> str:
    """A token with another header, signed as that header says as far as one can without our key."""
    genuine = tokens.make(licence)
    head = {**json.loads(jws.unb64(genuine.split(".")[0])), **changes}
    body = f"{jws.b64(jws.compact(head))}.{genuine.split('.')[1]}"
    if head["alg"] == "none":
        return f"{body}."
    if head["alg"] == "HS256":
        public = json.dumps(TokenKey.objects.get().jwk).encode()  # the classic: our public key as the shared secret
        return f"{body}.{jws.b64(hmac.digest(public, body.encode(), 'sha256'))}"
    return f"{body}.{genuine.split('.')[2]}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "ES384"},
        {"alg": ["ES256"]},
        {"kid": "unknown1"},
        {"kid": None},
        {"kid": "a\x00"},
        {"kid": "x" * 3000},
        {"typ": "statuslist+jwt"},
        {"typ": "dc+sd-jwt"},
        {"crit": ["exp"]},
        {"jwk": {"kty": "EC"}},
        {"x5u": "https://evil.example/"},
    ],
)
def test_other_algorithms_keys_and_kinds_are_foreign(licence: Certificate, changes):
    before = TokenKey.objects.count()
    assert tokens.check(forged(licence, **changes)) == tokens.TokenCheck(TokenFinding.FOREIGN)
    assert TokenKey.objects.count() == max(1, before)


@pytest.mark.django_db
def test_a_token_of_another_issuer_is_foreign(licence: Certificate, settings, tmp_path):
    make_demo_ca(tmp_path)
    stranger = Pkcs12KeyStore(tmp_path).signer("tokens")
    ours = json.loads(jws.unb64(tokens.make(licence).split(".")[1]))
    kid = jws.key_id(jws.public_jwk(stranger.certificate))
    assert tokens.check(jws.sign(stranger, kind=tokens.TYPE, kid=kid, payload=ours)).finding == TokenFinding.FOREIGN
    # The stranger's signature under our key's name is a signature that does not fit.
    known = TokenKey.objects.get().kid
    assert tokens.check(jws.sign(stranger, kind=tokens.TYPE, kid=known, payload=ours)).finding == TokenFinding.ALTERED
    # Our key, but in the name of another site (a rehearsal with copied keys).
    claims = {**ours, "iss": "https://rehearsal.example"}
    elsewhere = keys.current().sign(tokens.TYPE, claims)
    assert tokens.check(elsewhere).finding == TokenFinding.FOREIGN


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "ey..",
        "eyJ.a.b",
        "ey.é.x",
        "ey" + "[" * 3000 + ".a.b",
        "eyJhbGciOiJFUzI1NiJ9.e30.",
        "ey.\x00.b",
        "ey" * 4000 + "..",
        "eyJ9=.e30.AA",
    ],
)
def test_any_text_is_answered(db, text):
    assert tokens.check(text).finding == TokenFinding.FOREIGN


@pytest.mark.django_db
@pytest.mark.parametrize(("kid", "issuer"), [("\\ud800", "x"), ("k", "\\udfff"), ("\\u0000", "x"), ("k", "\\n")])
def test_names_that_no_database_can_compare_are_foreign(db, kid, issuer):
    head = jws.b64(f'{{"alg":"ES256","kid":"{kid}","typ":"{tokens.TYPE}"}}'.encode())
    claims = jws.b64(f'{{"iss":"{issuer}"}}'.encode())
    assert tokens.check(f"{head}.{claims}.AA").finding == TokenFinding.FOREIGN


@pytest.mark.django_db
@pytest.mark.parametrize("claims", [{}, {"sub": None}, {"sub": {"a": 1}}, {"sub": "x\x00"}, {"sub": "1"}])
def test_what_we_signed_and_do_not_have_is_unknown(db, claims):
    token = keys.current().sign(tokens.TYPE, {"iss": HOST, **claims})
    assert tokens.check(token).finding == TokenFinding.UNKNOWN


@pytest.mark.django_db
def test_an_old_token_after_the_holder_was_renamed_is_outdated(cast: Cast, licence: Certificate):
    token = tokens.make(licence)
    Organisation.objects.filter(pk=cast.shop.pk).update(name="青禾小馆")
    found = tokens.check(token)
    assert found.finding == TokenFinding.OUTDATED
    assert found.found is not None
    assert found.found.holder_name == "青禾小馆"


@pytest.mark.django_db
def test_an_expired_certificate_is_expired_and_no_forgery(licence: Certificate):
    Certificate.objects.filter(pk=licence.pk).update(valid_from=date(2020, 1, 1), valid_until=date(2021, 1, 1))
    licence.refresh_from_db()
    found = tokens.check(tokens.make(licence))
    assert found.finding == TokenFinding.GENUINE
    assert found.found is not None
    assert found.found.state == "expired"
    claims = json.loads(jws.unb64(tokens.make(licence).split(".")[1]))
    assert claims["exp"] == 1_609_516_800  # midnight in China after the last day
    assert claims["exp"] < time.time()


@pytest.mark.django_db
def test_old_tokens_stay_good_after_the_key_was_changed_until_it_is_withdrawn(licence: Certificate, settings, tmp_path):
    make_demo_ca(tmp_path)
    settings.KEY_DIR = tmp_path
    old = tokens.make(licence)
    renew(tmp_path, "tokens", "示范市电子证照凭证")
    keys_in_use._opened.cache_clear()  # as a restarted process
    new = tokens.make(licence)
    kids = [json.loads(jws.unb64(token.split(".")[0]))["kid"] for token in (old, new)]
    assert kids[0] != kids[1]
    assert [key["kid"] for key in keys.key_set()["keys"]] == kids
    assert {tokens.check(old).finding, tokens.check(new).finding} == {TokenFinding.GENUINE}
    keys.withdraw(SYSTEM, kid=kids[0], reason="密钥泄露")
    assert tokens.check(old).finding == TokenFinding.FOREIGN
    assert tokens.check(new).finding == TokenFinding.GENUINE
    assert [key["kid"] for key in keys.key_set()["keys"]] == kids[1:]


def test_a_name_of_a_key_is_its_thumbprint():
    key = ec.generate_private_key(ec.SECP256R1())
    other = jwk.ECKey.import_key(key)
    public = {name: other.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}
    assert other.thumbprint().startswith(jws.key_id(public))
