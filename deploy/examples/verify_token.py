#!/usr/bin/env python3
"""Prove a certificate's QR code without a connection. Needs Python 3.9 or newer and `cryptography`, nothing of OneStop.

    verify_token.py --keys certificate-keys.json [--issuer https://zwfw.example.gov.cn] [--status-list FILE] TOKEN

TOKEN is what the QR code says: the whole address or the token in it; `-` reads it from standard input. The keys come
from https://…/.well-known/certificate-keys.json, fetched at any time before. A status list, when one was fetched too
(https://…/status/NUMBER, good for a day), tells whether the certificate was suspended or cancelled since.

Prints one line of JSON. Exit status: 0 good as far as can be told, 1 genuine but not good now, 2 not genuine.
"""

import argparse
import base64
import json
import sys
import time
import zlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

STATES = {0: "valid", 1: "invalid", 2: "suspended"}
CLOCK_SECONDS = 60  # clocks differ a little


class NotGenuine(Exception):
    """What was given proves nothing; the text says why."""


def unb64(text):
    """Decode base64url without padding."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def prove(token, keys, kind):
    """Return the claims of a JWS that one of the `keys` signed as a token of this `kind`."""
    parts = token.split(".")
    if len(parts) != 3:
        raise NotGenuine("this is no signed token")
    try:
        head, claims, signature = json.loads(unb64(parts[0])), json.loads(unb64(parts[1])), unb64(parts[2])
    except ValueError:
        raise NotGenuine("the token cannot be read") from None
    if not isinstance(head, dict) or not isinstance(claims, dict):
        raise NotGenuine("the token cannot be read")
    if head.get("alg") != "ES256" or head.get("typ") != kind or "crit" in head:
        raise NotGenuine("another algorithm, or another kind of token")
    found = [key for key in keys if key.get("kid") == head.get("kid") and key.get("crv") == "P-256"]
    if not found or len(signature) != 64:
        raise NotGenuine("signed by an unknown key")
    x, y = (int.from_bytes(unb64(found[0][name]), "big") for name in ("x", "y"))
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    try:
        public.verify(encode_dss_signature(r, s), f"{parts[0]}.{parts[1]}".encode("ascii"), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise NotGenuine("the content does not fit the signature") from None
    return claims


def state_in(token, keys, wanted, place, now):
    """Return the state at a place of a status list that must be the list `wanted`, and not be too old."""
    claims = prove(token, keys, "statuslist+jwt")
    if claims.get("sub") != wanted:
        raise NotGenuine(f"the status list is another one: {wanted} is needed")
    if now > claims["exp"]:
        raise NotGenuine("the status list is too old")
    bits = claims["status_list"]["bits"]
    content = zlib.decompress(unb64(claims["status_list"]["lst"]))
    value = content[place * bits // 8] >> (place * bits % 8) & (1 << bits) - 1
    return STATES.get(value, "invalid")


def verdict(text, keys, issuer="", status_list="", now=None):
    """Return what the token says and whether it is good; raise NotGenuine."""
    now = time.time() if now is None else now
    token = text.strip().rstrip("/").rsplit("/", 1)[-1]
    claims = prove(token, keys, "cert+jwt")
    if issuer and claims.get("iss") != issuer:
        raise NotGenuine(f"issued by {claims.get('iss')}")
    state = "valid"
    if now < claims["nbf"] - CLOCK_SECONDS:
        state = "not_yet_valid"
    elif now >= claims.get("exp", float("inf")):
        state = "expired"
    elif status_list:
        path, place = claims["st"].split("#")
        state = state_in(status_list.strip(), keys, claims["iss"] + path, int(place), now)
    return {
        "state": state,
        "status_checked": bool(status_list),
        "issuer": claims["iss"],
        "identifier": "1.2.156.3005.2." + claims["sub"],
        "type": claims["t"],
        "holder": claims["n"],
        "valid_from": claims["nbf"],
        "valid_until": claims.get("exp"),
        "status": claims["iss"] + claims["st"],
    }


def main(arguments):
    """Run the command; see the top of this file."""
    parser = argparse.ArgumentParser(description="Prove a certificate's QR code without a connection.")
    parser.add_argument("--keys", required=True)
    parser.add_argument("--issuer", default="")
    parser.add_argument("--status-list", default="")
    parser.add_argument("code", metavar="TOKEN")
    options = parser.parse_args(arguments)
    with open(options.keys, encoding="utf-8") as file:
        keys = json.load(file)["keys"]
    status_list = ""
    if options.status_list:
        with open(options.status_list, encoding="ascii") as file:
            status_list = file.read()
    text = sys.stdin.read() if options.code == "-" else options.code
    try:
        found = verdict(text, keys, options.issuer, status_list)
    except NotGenuine as error:
        sys.stdout.write(json.dumps({"state": "not_genuine", "why": str(error)}, ensure_ascii=False) + "\n")
        return 2
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    return 0 if found["state"] == "valid" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
