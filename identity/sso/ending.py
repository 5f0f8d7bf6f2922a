"""Where a person may be led after signing out at an app's wish."""

from allauth.idp.oidc.internal.tokens import decode_jwt_token

from identity.sso import sessions


def way_back(*, client_id: str, id_token: str, uri: str) -> str:
    """The address when an open app registered exactly it; empty otherwise.

    The app is named by its id or by an ID token of ours, which may have expired; both must name the same app.
    """
    hint = decode_jwt_token(id_token, verify_exp=False, verify_iss=True) if id_token else None
    if id_token and hint is None:
        return ""
    audience = str(hint.get("aud", "")) if hint else ""
    if client_id and audience and client_id != audience:
        return ""
    client = sessions.open_client(client_id or audience)
    return uri if client and uri in client.get_post_logout_redirect_uris() else ""
