"""What the OpenAPI file says about sign-in and about errors: every operation may answer with a problem."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from identity.sso.scopes import OF_SYSTEM, TABLE

PROBLEM = {
    "type": "object",
    "description": "RFC 9457; code is stable, title and detail are for people, fields maps a field to its message.",
    "properties": {
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
        "codes": {
            "type": "object",
            "description": "Refused answers only: a stable reason for each entry of fields.",
            "additionalProperties": {"type": "string"},
        },
    },
    "required": ["status", "code", "title", "detail", "fields"],
}


def add_problem_responses(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the problem schema and a default response to every operation (a hook of drf-spectacular)."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    answer = {
        "description": "Problem",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"]["default"] = answer
    return result


class SignInSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI file describes the sign-in; defining the class registers it."""

    target_class = "portal.api.authentication.SignInSession"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The session cookie."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class ClientBearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI file describes the token of a department's system."""

    target_class = "portal.api.authentication.ClientBearer"
    name = "client"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Client credentials at the site's own token endpoint."""
        scopes = {f"{scope}": str(TABLE[scope].sentence) for scope in OF_SYSTEM}
        return {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/sso/token", "scopes": scopes}}}
