"""Who may call: the same doors as for the pages."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from common.errors import NotFound
from identity.actor import Actor


class CitizenOnly(BasePermission):
    """Signed-in citizens. Nobody signed in: 401. Staff: to them it does not exist, as for the pages."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Raise :class:`NotFound` for staff."""
        if not request.user or not request.user.is_authenticated:
            return False
        if not actor_of(request).is_citizen:
            raise NotFound
        return True


class ClientOnly(BasePermission):
    """Departments' systems. Nobody: 401. People, staff or not: to them it does not exist."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Raise :class:`NotFound` for people."""
        if not request.user or not request.user.is_authenticated:
            return False
        if not actor_of(request).is_client:
            raise NotFound
        return True


def actor_of(request: Request) -> Actor:
    """Return the actor that the middleware put on the request."""
    return request._request.actor  # type: ignore[attr-defined]
