"""``make run``: the whole demonstration on one machine, from nothing to a page."""

import contextlib
import http.client
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from common.launch import embedded
from common.launch.console import say, step
from common.launch.server_state import HOST, is_port_free
from common.launch.supervisor import Child, ChildFailedError, interrupt_on_signals, stop_on_signals, supervise

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "portal.settings.demo"
READY_SECONDS = 60.0


class CannotStartError(RuntimeError):
    """The demonstration cannot start; the message says in one line what to do."""


def run(var_dir: Path) -> int:
    """Prepare and serve until Ctrl-C or SIGTERM; return the exit status."""
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    try:
        port = _port()
        with interrupt_on_signals(), _database(var_dir):
            from common.launch.preparation import prepare

            prepare(var_dir)
            with stop_on_signals() as stopping:
                threading.Thread(target=_announce, args=(port, stopping), daemon=True).start()
                supervise(children(port), stopping)
        say("Stopped.")
    except (CannotStartError, embedded.DatabaseStartError, ChildFailedError) as error:
        say(f"OneStop: {error}")
        return 1
    except KeyboardInterrupt:
        say("Stopped before everything was up; make run goes on where it was.")
        return 130
    return 0


def _port() -> int:
    """Read PORT; refuse before any work when somebody listens there."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise CannotStartError(f"PORT={text} is not a port number from 1 to 65535.")
    if not is_port_free(int(text)):
        raise CannotStartError(f"port {text} is in use (by another OneStop?): stop that, or run PORT=8001 make run.")
    return int(text)


@contextlib.contextmanager
def _database(var_dir: Path) -> Iterator[None]:
    """Use DATABASE_URL as it is, or the embedded server while we run."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    with contextlib.ExitStack() as stack:
        with step("embedded PostgreSQL"):
            stack.enter_context(embedded.session(var_dir))
        yield


def children(port: int) -> list[Child]:
    """Return the programs that serve a database that is ready: the web server and the background worker."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": SETTINGS, "PYTHONUNBUFFERED": "1"}
    # One blocking thread a worker and persistent connections measured best for this application.
    web = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--workers",
        "2",
        "--blocking-threads",
        "1",
    ]
    web += [
        "--host",
        HOST,
        "--port",
        str(port),
        "--no-ws",
        "--log-level",
        "warning",
        "portal.wsgi:application",
    ]
    worker = [sys.executable, str(ROOT / "manage.py"), "procrastinate", "worker"]
    return [Child("web server", web, environment), Child("background worker", worker, environment)]


def _announce(port: int, stopping: threading.Event) -> None:
    """Wait for the first answer, then print the address and the accounts."""
    from django.core.management import call_command

    give_up = time.monotonic() + READY_SECONDS
    while not stopping.is_set() and time.monotonic() < give_up:
        status = ask(port)
        if status:
            say(f"\nOneStop 一站通: http://{HOST}:{port}/" + (f" (answers {status}!)" if status >= 500 else ""))
            call_command("demo_accounts")
            say("Ctrl-C stops everything.")
            return
        time.sleep(0.1)


def ask(port: int) -> int:
    """Return the status of the home page, 0 when nobody answers yet."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()
