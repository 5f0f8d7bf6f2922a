"""From a certificate's row to what is printed."""

from django.conf import settings
from django.urls import reverse

from certificates.face import Face, watermark_text
from certificates.models import Certificate
from certificates.types.content import content_of
from certificates.types.queries import content_for


def verify_url(certificate: Certificate) -> str:
    """The short address of the public page that tells the register's word on this certificate."""
    return settings.PUBLIC_BASE_URL + reverse("verify_code", args=[certificate.verify_code])


def qr_text(certificate: Certificate) -> str:
    """The address in the QR code: the same page, and in it the signed token; files of old carry the short one."""
    return settings.PUBLIC_BASE_URL + reverse("verify_code", args=[certificate.qr_token or certificate.verify_code])


def face_of(certificate: Certificate) -> Face:
    """Build what the PDF shows, by the version it was issued on; the holder, person or organisation, must be loaded."""
    kind = certificate.type
    content = content_for(certificate) or content_of(kind)
    told = {certificate.holder.name, certificate.holder.code}  # the holder has lines of their own
    values = {part.key: str(certificate.face.get(part.key) or "") for part in content.fields}
    return Face(
        type_name=content.name,
        type_code=kind.type_code,
        number=certificate.number,
        identifier=certificate.identifier,
        holder_name=certificate.holder.name,
        holder_code=certificate.holder.code,
        holder_code_type=certificate.holder.code_type,
        issuer_name=certificate.issuer.name,
        issuer_code=certificate.issuer.uscc,
        issued_on=certificate.issued_on,
        valid_from=certificate.valid_from,
        valid_until=certificate.valid_until,
        rows=tuple(
            (part.label, values[part.key])
            for part in content.fields
            if values[part.key] and values[part.key] not in told
        ),
        verify_url=verify_url(certificate),
        qr_text=qr_text(certificate),
        template=content.template,
        watermark=watermark_text(provider=certificate.issuer.name, valid_until=certificate.valid_until),
        seal_caption=content.seal_caption,
        layout=content.layout,
        values=values,
    )
