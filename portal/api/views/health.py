"""For watchdogs and load balancers, and for whoever mistypes an address."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.errors import NotFound
from common.health import is_database_reachable


class HealthOut(serializers.Serializer):
    """``status`` is ok or unavailable."""

    status = serializers.CharField()
    database = serializers.BooleanField()


class Health(APIView):
    """Whether this process can serve."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(operation_id="health", responses={200: HealthOut, 503: HealthOut}, summary="运行状况")
    def get(self, request: Request) -> Response:
        """Return 200, or 503 while the database does not answer."""
        is_up = is_database_reachable()
        body = {"status": "ok" if is_up else "unavailable", "database": is_up}
        return Response(body, status=200 if is_up else 503, headers={"Cache-Control": "no-store"})


class Unknown(APIView):
    """Any other address below the API: a problem response, not a page."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Answer 404 whatever the method."""
        raise NotFound
