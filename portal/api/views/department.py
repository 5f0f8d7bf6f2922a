"""What departments' own systems may ask, with a token of their own."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.queries import department_case
from portal.api.access import ClientOnly, actor_of
from portal.api.authentication import ClientBearer, SignInSession
from portal.api.serializers.department import DepartmentCaseOut


class DepartmentCase(APIView):
    """One case of the caller's department."""

    authentication_classes = (ClientBearer, SignInSession)
    permission_classes = (ClientOnly,)

    @extend_schema(operation_id="department_cases_read", responses=DepartmentCaseOut, summary="本部门一个办件的状态")
    def get(self, request: Request, number: str) -> Response:
        """Return state and dates; needs the scope ``cases.status``. 404 for a case of another department."""
        case = department_case(actor_of(request), number)
        return Response(DepartmentCaseOut(case).data, headers={"Cache-Control": "private, no-store"})
