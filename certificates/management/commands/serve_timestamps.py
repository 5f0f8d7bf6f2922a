"""``manage.py serve_timestamps``: the demonstration's time stamping authority over HTTP (RFC 3161 §3.4)."""

from argparse import ArgumentParser
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from certificates.signing.keys_in_use import default_keystore
from certificates.signing.timestamps import MEDIA_QUERY, MEDIA_REPLY, Responder, responder

_LONGEST = 10_000  # bytes; a request is some 100


class Command(BaseCommand):
    """Serves until interrupted."""

    help = "演示环境的时间戳服务（RFC 3161）。按 Ctrl-C 停止。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See ``--help``."""
        parser.add_argument("--port", type=int, default=3161)

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer on the loopback address only."""
        if not settings.DEMO:
            raise CommandError("serve_timestamps 仅用于演示环境。正式环境请使用有资质的时间戳服务。")
        with server(responder(default_keystore()), port=options["port"]) as running:
            self.stdout.write(f"http://127.0.0.1:{running.server_port}/")
            running.serve_forever()


def server(authority: Responder, *, port: int) -> ThreadingHTTPServer:
    """An HTTP server of ``authority`` on the loopback address; port 0 takes a free one."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            """Answer one time stamp query."""
            length = int(self.headers.get("Content-Length") or 0)
            if self.headers.get("Content-Type") != MEDIA_QUERY or not 0 < length <= _LONGEST:
                self.send_error(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
                return
            reply = authority.answer(self.rfile.read(length))
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", MEDIA_REPLY)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *args: object) -> None:
            """Say nothing: the answers are no secret and of no interest."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
