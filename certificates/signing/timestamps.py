"""Trusted time (RFC 3161): a responder of our own for demonstrations, and the client of a real authority."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from django.conf import settings
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper

from certificates.signing.errors import TimestampUnavailable
from certificates.signing.keystore import DIGESTS, KeyStore, SealSigner

SEAL = "timestamps"  # the seal code whose certificate may only stamp time (extended key usage id-kp-timeStamping)
LOCAL = "local"
MEDIA_QUERY, MEDIA_REPLY = "application/timestamp-query", "application/timestamp-reply"
POLICY = "2.25.3161"  # the demonstration's own policy, under the arc that anybody may use (X.667)
TIMEOUT_SECONDS = 10

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


class Responder:
    """A time stamping authority with one key. Accepts SHA-256, SHA-384 and SHA-512 imprints."""

    def __init__(self, signer: SealSigner, *, clock: Clock = _now) -> None:
        self._signer = signer
        self._certificate = signer.certificate
        self._clock = clock

    def answer(self, request: bytes) -> bytes:
        """Answer a DER request with a DER response; what is no request, or names another digest, is rejected."""
        try:
            asked = tsp.TimeStampReq.load(request, strict=True)
            imprint = asked["message_imprint"]
            digest = imprint["hash_algorithm"]["algorithm"].native
            length = len(imprint["hashed_message"].native)
        except (ValueError, KeyError, TypeError):
            return _rejection("bad_data_format").dump()
        if digest not in DIGESTS or length != DIGESTS[digest].digest_size:
            return _rejection("bad_alg").dump()
        return self.stamp(asked).dump()

    def stamp(self, asked: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """A granted response for a request that is known to be good."""
        info = self._info(asked).dump()
        certificate, algorithm = self._certificate, "sha256"
        attributes = cms.CMSAttributes(
            [
                _attribute("content_type", "tst_info"),
                _attribute("signing_certificate_v2", as_signing_certificate_v2(certificate)),
                _attribute("message_digest", _digest(info)),
            ]
        )
        signature = self._signer.sign_now(attributes.dump(), algorithm)
        signer_info = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    {
                        "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                            {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
                        )
                    }
                ),
                "digest_algorithm": algos.DigestAlgorithm({"algorithm": algorithm}),
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": self._signer.algorithm(algorithm)}),
                "signed_attrs": attributes,
                "signature": signature,
            }
        )
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [algos.DigestAlgorithm({"algorithm": algorithm})],
                "encap_content_info": {"content_type": "tst_info", "content": cms.ParsableOctetString(info)},
                "certificates": [certificate] if asked["cert_req"].native else [],
                "signer_infos": [signer_info],
            }
        )
        token = cms.ContentInfo({"content_type": "signed_data", "content": signed})
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})

    def _info(self, asked: tsp.TimeStampReq) -> tsp.TSTInfo:
        # RFC 3161 writes the time without a fraction's trailing zeros; whole seconds say enough here.
        values: dict[str, Any] = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": asked["message_imprint"],
            "serial_number": secrets.randbits(128),
            "gen_time": self._clock().replace(microsecond=0),
            "accuracy": {"seconds": 1},
            "tsa": x509.GeneralName(name="directory_name", value=self._certificate.subject),
        }
        if asked["nonce"].native is not None:
            values["nonce"] = asked["nonce"]
        return tsp.TSTInfo(values)


class LocalTimeStamper(TimeStamper):
    """Asks the responder in this process: the same token as over the network, without one."""

    def __init__(self, responder: Responder) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._responder = responder

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """See the base class."""
        return self._responder.stamp(req)


class AuthorityTimeStamper(RequestsHTTPTimeStamper):
    """Asks an authority over HTTP; a failure is a ``signing.timestamp_unavailable`` that the job tries again."""

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """See the base class."""
        try:
            return await super().async_request_tsa_response(req)
        except (TimestampRequestError, ValueError) as error:
            raise TimestampUnavailable(name=self.url) from error


def responder(keystore: KeyStore) -> Responder:
    """The responder of this key store's ``timestamps`` seal. Raises the errors of the key store."""
    return Responder(keystore.signer(SEAL))


def timestamper(keystore: KeyStore) -> TimeStamper | None:
    """Who stamps time by ``settings.TIMESTAMPS``: ``local``, the address of an authority, or nobody (empty)."""
    if not settings.TIMESTAMPS:
        return None
    if settings.TIMESTAMPS == LOCAL:
        return LocalTimeStamper(responder(keystore))
    return AuthorityTimeStamper(settings.TIMESTAMPS, timeout=TIMEOUT_SECONDS)  # type: ignore[no-untyped-call]


def _attribute(kind: str, value: object) -> cms.CMSAttribute:
    return simple_cms_attribute(kind, value)  # type: ignore[no-untyped-call]


def _digest(data: bytes) -> bytes:
    digest = hashes.Hash(DIGESTS["sha256"])
    digest.update(data)
    return digest.finalize()


class _Refusal(core.Sequence):
    """A response without a token, which the library's own class cannot write."""

    _fields = [("status", tsp.PKIStatusInfo)]


def _rejection(reason: str) -> _Refusal:
    return _Refusal({"status": {"status": "rejection", "fail_info": {reason}}})
