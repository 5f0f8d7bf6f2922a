"""A small identity service to sign in through: what a national or provincial one looks like from outside.

For trying out and for tests; its people are fictional and nobody checks who picks one. OpenID Connect with the
authorization code flow, PKCE and RS256, on the standard library, PyJWT and cryptography. See README.md.
"""

import base64
import hashlib
import hmac
import html
import json
import os
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

LIFE_SECONDS = 300
PEOPLE = {
    "shopkeeper": {  # the demonstration city's 李清荷, for her shop
        "sub": "a1f0-shopkeeper",
        "name": "李清荷",
        "id_number": "51990219880412214X",
        "phone_number": "13900000001",
        "acr": "4",
        "organisation_uscc": "92519902MAQH00018E",
        "organisation_name": "中心区青禾餐饮店",
        "organisation_role": "legal_representative",
    },
    "new": {
        "sub": "a1f0-new",
        "name": "纪新来",
        "id_number": "519902199203150027",
        "phone_number": "13900000301",
        "acr": "3",
    },
    "weak": {"sub": "a1f0-weak", "name": "弱实名", "id_number": "519902199203150043", "acr": "2"},
}


def known_people(text: str) -> dict[str, dict[str, str]]:
    """Read more people from JSON (``IDENTITY_SERVICE_PEOPLE``): {key: {claim: value}}."""
    return {**PEOPLE, **json.loads(text or "{}")}


class IdentityService(ThreadingHTTPServer):
    """The service with its one client, its key, and the codes and tokens it gave out."""

    daemon_threads = True

    def __init__(self, port: int, *, client_id: str, client_secret: str, redirect_uri: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.client_id = client_id
        self.client_secret = client_secret
        self.redirect_uri = redirect_uri
        self.people = known_people(os.environ.get("IDENTITY_SERVICE_PEOPLE", ""))
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.key_name = secrets.token_hex(8)
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, dict[str, str]] = {}

    def discovery(self) -> dict[str, object]:
        """What the service says of itself."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def jwks(self) -> dict[str, object]:
        """The public key."""
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**key, "kid": self.key_name, "use": "sig", "alg": "RS256"}]}

    def id_token(self, person: dict[str, str], nonce: str) -> str:
        """Sign who it is and at which level; the rest is told at the userinfo endpoint."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": person["sub"],
            "acr": person.get("acr", ""),
            "nonce": nonce,
            "iat": now,
            "exp": now + LIFE_SECONDS,
        }
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.key_name})

    def userinfo(self, person: dict[str, str]) -> dict[str, str]:
        """Everything known of the person."""
        return dict(person)


class Handler(BaseHTTPRequestHandler):
    """The five addresses."""

    server: IdentityService

    def do_GET(self) -> None:
        """Discovery, keys, the sign-in page, userinfo."""
        parts = urlsplit(self.path)
        given = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            self._json(self.server.discovery())
        elif parts.path == "/jwks":
            self._json(self.server.jwks())
        elif parts.path == "/authorize":
            self._sign_in_page(given)
        elif parts.path == "/userinfo":
            person = self.server.tokens.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
            self._json(self.server.userinfo(person)) if person else self._json({"error": "invalid_token"}, 401)
        elif parts.path == "/favicon.ico":
            self._send(204, b"", "image/x-icon")
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        """The sign-in page's answer, and the exchange of a code for tokens."""
        length = min(int(self.headers.get("Content-Length") or 0), 65536)
        given = {key: values[0] for key, values in parse_qs(self.rfile.read(length).decode()).items()}
        path = urlsplit(self.path).path
        if path == "/authorize":
            self._decide(given)
        elif path == "/token":
            self._exchange(given)
        else:
            self.send_error(404)

    def _is_ours(self, given: dict[str, str]) -> bool:
        """Only the registered client at its registered address: nothing is sent anywhere else."""
        return (given.get("client_id"), given.get("redirect_uri")) == (self.server.client_id, self.server.redirect_uri)

    def _sign_in_page(self, given: dict[str, str]) -> None:
        if not self._is_ours(given) or given.get("code_challenge_method") != "S256":
            self.send_error(400, "unknown client, redirect_uri or no PKCE")
            return
        names = ("client_id", "redirect_uri", "state", "nonce", "code_challenge")
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(given.get(name, ""))}">' for name in names
        )
        buttons = "".join(
            f'<p><button name="person" value="{html.escape(key)}">{html.escape(person["name"])}，'
            f"实名等级 {html.escape(person.get('acr', '?'))}</button></p>"
            for key, person in self.server.people.items()
        )
        page = (
            '<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>示例身份认证服务</title>'
            f'<h1>示例身份认证服务</h1><form method="post" action="/authorize">{hidden}{buttons}'
            '<p><button name="person" value="">不登录</button></p></form></html>'
        )
        self._send(200, page.encode(), "text/html; charset=utf-8")

    def _decide(self, given: dict[str, str]) -> None:
        if not self._is_ours(given):
            self.send_error(400)
            return
        answer = {"state": given.get("state", "")}
        person = self.server.people.get(given.get("person", ""))
        if person is None:
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe(24)
            kept = {"nonce": given.get("nonce", ""), "challenge": given.get("code_challenge", "")}
            self.server.codes[answer["code"]] = {**kept, "person": given["person"], "made": str(time.time())}
        self.send_response(302)
        self.send_header("Location", f"{self.server.redirect_uri}?{urlencode(answer)}")
        self.end_headers()

    def _exchange(self, given: dict[str, str]) -> None:
        kept = self.server.codes.pop(given.get("code", ""), None)  # a code works once
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not self._is_client():
            self._json({"error": "invalid_client"}, 401)
        elif (
            kept is None
            or time.time() - float(kept["made"]) > LIFE_SECONDS
            or given.get("redirect_uri") != self.server.redirect_uri
            or not hmac.compare_digest(challenge, kept["challenge"])
        ):
            self._json({"error": "invalid_grant"}, 400)
        else:
            person = self.server.people[kept["person"]]
            token = secrets.token_urlsafe(24)
            self.server.tokens[token] = person
            id_token = self.server.id_token(person, kept["nonce"])
            self._json({"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": id_token})

    def _is_client(self) -> bool:
        wanted = base64.b64encode(f"{self.server.client_id}:{self.server.client_secret}".encode()).decode()
        return hmac.compare_digest(self.headers.get("Authorization", ""), f"Basic {wanted}")

    def _json(self, answer: object, status: int = 200) -> None:
        self._send(status, json.dumps(answer, ensure_ascii=False).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Keep quiet: codes and states stand in the addresses."""


def main() -> None:
    """Serve until Ctrl-C; print what the portal has to be told."""
    portal = os.environ.get("PORTAL_URL", "http://127.0.0.1:8000").rstrip("/")
    service = IdentityService(
        int(os.environ.get("PORT", "8090")),
        client_id="onestop",
        client_secret=os.environ.get("CLIENT_SECRET") or secrets.token_urlsafe(32),
        redirect_uri=f"{portal}/account/upstream/callback/",
    )
    sys.stdout.write(
        "Start the portal with these, then open its sign-in page:\n\n"
        f"export ONESTOP_UPSTREAM_ISSUER={service.issuer}\n"
        f"export ONESTOP_UPSTREAM_CLIENT_ID={service.client_id}\n"
        f"export ONESTOP_UPSTREAM_CLIENT_SECRET={service.client_secret}\n"
        "export ONESTOP_UPSTREAM_NAME=示例身份认证服务\n"
        "make run\n\n"
        "Ctrl-C stops the service.\n"
    )
    sys.stdout.flush()
    try:
        service.serve_forever()
    except KeyboardInterrupt:
        service.server_close()


if __name__ == "__main__":
    main()
