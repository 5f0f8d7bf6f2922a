"""Sign-in of the API: the site's own session."""

from django.http import HttpRequest
from rest_framework.authentication import SessionAuthentication


class SignInSession(SessionAuthentication):
    """The site's session; its challenge makes an anonymous call a 401, not a 403."""

    def authenticate_header(self, request: HttpRequest) -> str:
        """Name the scheme of the challenge."""
        return 'Session realm="onestop"'
