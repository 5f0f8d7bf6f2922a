"""What is remembered about the embedded server: its port and passwords, in ``var/pg/server.json`` (0600)."""

import json
import secrets
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psycopg
from psycopg import errors

from common.launch.files import file_lock, write_private
from common.launch.server_account import DatabaseStartError

HOST = "127.0.0.1"
DATABASE = "onestop"
ROLE = "onestop"
ADMIN = "postgres"


@dataclass(frozen=True)
class ServerState:
    """How to reach the server. ``password`` is the application's, ``admin_password`` the superuser's."""

    port: int
    password: str
    admin_password: str

    @property
    def url(self) -> str:
        """The application's connection as a URL (the password has only URL-safe characters)."""
        return f"postgresql://{ROLE}:{self.password}@{HOST}:{self.port}/{DATABASE}"

    def connect(self, *, admin: bool = False) -> psycopg.Connection:
        """Open an autocommit connection; a stranger on our port cannot get the password out of us."""
        return psycopg.connect(
            host=HOST,
            port=self.port,
            user=ADMIN if admin else ROLE,
            password=self.admin_password if admin else self.password,
            dbname="postgres" if admin else DATABASE,
            connect_timeout=5,
            require_auth="scram-sha-256",
            autocommit=True,
        )

    def answers(self, *, admin: bool = False) -> bool:
        """Say whether our own server, with our role and database, answers on the port."""
        try:
            self.connect(admin=admin).close()
        except (psycopg.OperationalError, errors.InvalidCatalogName):
            return False
        return True


def load_or_create(var_dir: Path) -> ServerState:
    """Read the state, choosing a port and passwords on first use; safe when several processes ask at once."""
    path = state_path(var_dir)
    if not path.exists():
        with file_lock(var_dir / "pg" / "state.lock"):
            if not path.exists():
                _save(var_dir, ServerState(free_port(), secrets.token_urlsafe(24), secrets.token_urlsafe(24)))
    try:
        return ServerState(**json.loads(path.read_text(encoding="utf-8")))
    except PermissionError as error:
        raise DatabaseStartError(f"{path} belongs to another user: run as that user or set DATABASE_URL.") from error
    except (TypeError, ValueError) as error:
        raise DatabaseStartError(f"{path} is damaged: restore it, or start afresh with make clean.") from error


def move_port(var_dir: Path) -> ServerState:
    """Choose another port, because something else took ours."""
    state = replace(load_or_create(var_dir), port=free_port())
    _save(var_dir, state)
    return state


def state_path(var_dir: Path) -> Path:
    """Return the path of the remembered state."""
    return var_dir / "pg" / "server.json"


def free_port() -> int:
    """Return a TCP port on the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def is_port_free(port: int) -> bool:
    """Say whether a server could listen on ``port`` of the loopback interface now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _save(var_dir: Path, state: ServerState) -> None:
    write_private(state_path(var_dir), json.dumps(asdict(state)))
