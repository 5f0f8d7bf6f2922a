"""Is this certificate good? For anybody, a limited number of times a minute."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from certificates import queries
from certificates.errors import CertificateNotFound
from certificates.wallet.counting_actions import count_public_check
from identity.actor import PUBLIC
from portal.api.paging import checked
from portal.api.serializers.certificates import VerificationOut, VerifyQuery


class VerifyCertificate(APIView):
    """Ask the register."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "verify"

    @extend_schema(
        operation_id="certificates_verify", parameters=[VerifyQuery], responses=VerificationOut, summary="核验一张证照"
    )
    def get(self, request: Request) -> Response:
        """Return the state now; 404 ``certificate.not_found`` when the register has no such certificate."""
        found = queries.verify(checked(VerifyQuery, request)["code"])
        if found is None:
            raise CertificateNotFound
        count_public_check(PUBLIC, certificate_id=found.certificate_id)
        return Response(VerificationOut(found).data, headers={"Cache-Control": "no-store"})
