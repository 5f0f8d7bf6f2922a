"""What a certificate is about besides its holder: a vehicle, a shop, a child."""

from collections.abc import Mapping

from certificates.models import CertificateType
from common.crypto import blind_index


def subject_index(certificate_type: CertificateType, face: Mapping[str, str]) -> str:
    """What the certificate is about (车辆、门店、子女), as a keyed hash; empty when the type names no such field."""
    subject = "".join(str(face.get(certificate_type.subject_field, "")).split()).upper()
    return blind_index(subject, purpose=f"subject:{certificate_type.key}").hex() if subject else ""
