"""Credentials for wallets: the reference library proves them, shows only what is chosen, and refuses changes."""

import json

import pytest
from jwcrypto.jwk import JWK
from sd_jwt.holder import SDJWTHolder
from sd_jwt.verifier import SDJWTVerifier

from certificates.models import Certificate, Disclosure, Grant
from certificates.proofs import export_actions, keys
from certificates.proofs.credentials import claims_of
from certificates.proofs.errors import ClaimUnknown, HolderKeyInvalid, NotExportable
from common.models import AuditEvent
from identity.errors import AssuranceTooLow, MandateEnded
from identity.models import Mandate
from tests.factories.cast import Cast
from tests.factories.mandates import an_agent, some_terms

HOST = "https://zwfw.example.gov.cn"


@pytest.fixture(autouse=True)
def _keys(key_folder, settings):
    settings.KEY_DIR = key_folder
    settings.PUBLIC_BASE_URL = HOST


def export(cast: Cast, *, chosen=None, **more) -> str:
    actor = more.pop("actor", cast.citizen)
    everything = claims_of(Certificate.objects.get(pk=cast.licence.pk))
    chosen = list(everything) if chosen is None else chosen
    return export_actions.export(actor, certificate_id=cast.licence.pk, chosen=chosen, **more)


def issuer_key(issuer: str, header: dict) -> JWK:
    assert issuer == HOST
    assert header["typ"] == "dc+sd-jwt"
    (found,) = [key for key in keys.key_set()["keys"] if key["kid"] == header["kid"]]
    return JWK(**found)


def proved(presentation: str, **more) -> dict:
    return SDJWTVerifier(presentation, issuer_key, **more).get_verified_payload()


def test_the_reference_library_reads_everything(cast: Cast):
    found = proved(export(cast))
    assert found["holder_name"] == cast.shop.name
    assert found["number"] == cast.licence.number
    assert found["identifier"] == cast.licence.identifier
    assert found["face"] == {"name": cast.shop.name, "address": cast.shop.address}
    assert found["vct"] == f"{HOST}/credentials/{cast.licence.type.type_code}"
    assert found["issuing_authority"] == cast.scjg.name
    assert found["status"]["status_list"]["uri"] == f"{HOST}/status/1"


def test_without_disclosures_nothing_of_the_holder_is_readable(cast: Cast):
    made = export(cast)
    signed = made.split("~")[0]
    import base64

    body = base64.urlsafe_b64decode(signed.split(".")[1] + "==").decode()
    for hidden in (cast.shop.name, cast.licence.number, cast.licence.identifier, cast.shop.address, "holder_name"):
        assert hidden not in body
    assert set(proved(f"{signed}~")) == {"iss", "vct", "iat", "nbf", "issuing_authority", "status", "face"}


def test_a_wallet_shows_one_field_bound_to_its_key(cast: Cast):
    wallet = JWK.generate(kty="EC", crv="P-256")
    made = export(cast, holder_key=wallet.export_public())
    holder = SDJWTHolder(made)
    holder.create_presentation({"number": True, "face": {"name": True}}, "nonce-1", "https://hotel.example", wallet)
    shown = holder.sd_jwt_presentation
    found = proved(shown, expected_aud="https://hotel.example", expected_nonce="nonce-1")
    assert found["number"] == cast.licence.number
    assert found["face"] == {"name": cast.shop.name}
    assert "holder_code" not in found
    with pytest.raises(ValueError, match="nonce"):
        proved(shown, expected_aud="https://hotel.example", expected_nonce="another")
    thief = JWK.generate(kty="EC", crv="P-256")
    stolen = SDJWTHolder(made)
    stolen.create_presentation({"number": True}, "nonce-1", "https://hotel.example", thief)
    with pytest.raises(Exception, match=r"[Vv]erif"):
        proved(stolen.sd_jwt_presentation, expected_aud="https://hotel.example", expected_nonce="nonce-1")


def test_a_changed_disclosure_is_not_believed(cast: Cast):
    made = export(cast, chosen=["number"])
    from certificates.proofs import jws

    signed, disclosure, _ = made.split("~")
    salt, name, _value = json.loads(jws.unb64(disclosure))
    changed = jws.b64(jws.compact([salt, name, "JY999"]))
    assert "JY999" not in json.dumps(proved(f"{signed}~{changed}~"))
    assert proved(made)["number"] == cast.licence.number


def test_the_export_stands_in_the_use_log_once(cast: Cast):
    for _click in range(2):
        export(cast, chosen=["number", "face.address"], request_key="k1")
    use = Disclosure.objects.get(grant__certificate=cast.licence)
    assert use.operation == "export"
    assert "住所" in use.grant.purpose
    assert use.grant.ends_at is not None
    event = AuditEvent.objects.get(code="certificate.exported")
    assert event.holder_id == cast.licence.holder_id
    assert event.detail == {"claims": ["face.address", "number"], "is_bound": False}
    assert cast.shop.address not in json.dumps(event.detail)


def nothing_happened() -> bool:
    return (
        not (Disclosure.objects.exists() or Grant.objects.exists())
        and not AuditEvent.objects.filter(code="certificate.exported").exists()
    )


@pytest.mark.parametrize("state", ["suspended", "cancelled", "expired"])
def test_only_what_is_valid_goes_into_a_wallet(cast: Cast, state):
    Certificate.objects.filter(pk=cast.licence.pk).update(state=state)
    with pytest.raises(NotExportable):
        export(cast)
    assert nothing_happened()


@pytest.mark.parametrize("who", ["stranger", "decider", "person"])
def test_nobody_else_exports_it(cast: Cast, who):
    from certificates.errors import CertificateNotFound

    with pytest.raises(CertificateNotFound):
        export(cast, actor=getattr(cast, who))
    assert nothing_happened()


def test_whose_mandate_has_ended_exports_nothing(cast: Cast):
    agent = an_agent(cast, terms=some_terms(may_use_wallet=True))
    Mandate.objects.update(state=Mandate.State.REVOKED)
    with pytest.raises(MandateEnded):
        export(cast, actor=agent)
    assert nothing_happened()


def test_a_low_level_is_not_enough(cast: Cast):
    from dataclasses import replace

    with pytest.raises(AssuranceTooLow):
        export(cast, actor=replace(cast.citizen, assurance_level=2))
    assert nothing_happened()


def test_a_field_it_does_not_have_is_refused(cast: Cast):
    with pytest.raises(ClaimUnknown):
        export(cast, chosen=["number", "face.secret"])
    assert nothing_happened()


_GOOD = JWK.generate(kty="EC", crv="P-256")
_PUBLIC = json.loads(_GOOD.export_public())


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        _GOOD.export_private(),
        json.dumps({**_PUBLIC, "crv": "P-384"}),
        json.dumps({**_PUBLIC, "x": _PUBLIC["y"]}),
        json.dumps({**_PUBLIC, "x": 5}),
        json.dumps({**_PUBLIC, "x": "AAAA"}),
        json.dumps({"kty": "oct", "k": "AAAA"}),
    ],
    ids=range(11),
)
def test_a_key_that_is_no_public_p256_key_is_refused(cast: Cast, text):
    with pytest.raises(HolderKeyInvalid) as refused:
        export(cast, holder_key=text)
    assert "holder_key" in refused.value.fields
    assert nothing_happened()
