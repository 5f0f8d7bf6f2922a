"""A certificate as an SD-JWT VC (RFC 9901, draft-ietf-oauth-sd-jwt-vc): the holder shows what is asked, no more.

Always readable: issuer, kind, issuing authority, validity, place in the status list. Everything else is one
disclosure each, the face's fields below ``face``.
"""

import hashlib
import secrets
import time
from collections.abc import Collection, Mapping
from typing import Any

from certificates.models import Certificate
from certificates.proofs import jws, keys, status
from certificates.proofs.tokens import validity_claims
from certificates.types.queries import fields_of

TYPE = "dc+sd-jwt"
FACE = "face"
# Claims and what they are called on the certificate, which is in Chinese whoever reads it.
LABELS = {
    "identifier": "证照标识",
    "number": "证照编号",
    "holder_name": "持证主体",
    "holder_code": "持证主体代码",
    "holder_code_type": "持证主体代码类型",
    "issued_on": "颁发日期",
}

USUAL = ("number", "holder_name")  # beside what is always readable: the fewest that say whose certificate it is


def claims_of(certificate: Certificate) -> dict[str, str]:
    """Everything the holder can disclose, by name; a field of the face is ``face.<key>``."""
    holder = certificate.holder
    values = {
        "identifier": certificate.identifier,
        "number": certificate.number,
        "holder_name": holder.name,
        "holder_code": holder.code,
        "holder_code_type": holder.code_type,
        "issued_on": certificate.issued_on.isoformat(),
    }
    for field in fields_of(certificate):
        values[f"{FACE}.{field['key']}"] = str(certificate.face.get(field["key"]) or "")
    return {name: str(value) for name, value in values.items() if value}


def labels_of(certificate: Certificate) -> dict[str, str]:
    """What each of :func:`claims_of` is called, in their order."""
    face = {f"{FACE}.{field['key']}": field["label"] for field in fields_of(certificate)}
    return {name: {**LABELS, **face}[name] for name in claims_of(certificate)}


def kind_address(issuer: str, type_code: str) -> str:
    """The ``vct`` of a certificate type: where its description is published."""
    return f"{issuer}/credentials/{type_code}"


def make(certificate: Certificate, *, chosen: Collection[str], holder_key: Mapping[str, str] | None) -> str:
    """Sign a credential with a disclosure for each chosen claim; with `holder_key` only that wallet can present it.

    Raises the errors of the key store.
    """
    signer, place = keys.current(), status.place_of(certificate)
    plain: list[str] = []
    below: list[str] = []
    disclosures: list[str] = []
    for name, value in claims_of(certificate).items():
        if name not in chosen:
            continue
        inner = name.removeprefix(f"{FACE}.")
        disclosure = jws.b64(jws.compact([jws.b64(secrets.token_bytes(16)), inner, value]))
        digest = jws.b64(hashlib.sha256(disclosure.encode()).digest())
        (below if inner != name else plain).append(digest)
        disclosures.append(disclosure)
    payload: dict[str, Any] = {
        "iss": signer.issuer,
        "vct": kind_address(signer.issuer, certificate.type.type_code),
        "iat": int(time.time()),
        **validity_claims(certificate),
        "issuing_authority": certificate.issuer.name,
        "status": {"status_list": {"idx": place.place, "uri": f"{signer.issuer}{status.list_path(place.list_number)}"}},
        "_sd_alg": "sha-256",
        "_sd": sorted(plain),  # sorted, so that their order tells nothing
    }
    if below:
        payload[FACE] = {"_sd": sorted(below)}
    if holder_key:
        payload["cnf"] = {"jwk": dict(holder_key)}
    return "~".join([signer.sign(TYPE, payload), *disclosures, ""])


def kind_metadata(issuer: str, *, type_code: str, name: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    """The description of a certificate type for wallets: names of the claims, all of them selectively disclosable."""
    named = [([key], label) for key, label in LABELS.items()]
    named += [([FACE, field["key"]], field["label"]) for field in fields]
    return {
        "vct": kind_address(issuer, type_code),
        "name": name,
        "display": [{"locale": "zh-CN", "name": name}],
        "claims": [
            {"path": path, "display": [{"locale": "zh-CN", "label": label}], "sd": "always"} for path, label in named
        ],
    }
