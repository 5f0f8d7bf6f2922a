"""The embedded PostgreSQL: initialises, starts and stops the server that a wheel carries, under ``var/pg``.

The wheel's own ``get_server()`` is not used: it forces TCP off and leaves a server that nobody can stop.
Every function is safe when several processes call it at once.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import sql

from common.launch import server_state
from common.launch.files import file_lock, is_last_holder
from common.launch.server_account import DatabaseStartError, choose_account
from common.launch.server_cluster import (
    data_dir,
    has_pid_file,
    initialise,
    remove_cluster,
    start_server,
    stop_server,
)
from common.launch.server_state import DATABASE, ROLE, ServerState

__all__ = ["DatabaseStartError", "ensure_running", "is_running", "remove", "session", "stop", "url"]

START_SECONDS = 30.0  # after a kill -9 the dead server's children hold its memory for a second or two


def url(var_dir: Path) -> str:
    """Return the connection URL. Cheap: the server need not run, nor exist yet."""
    return server_state.load_or_create(var_dir).url


def is_running(var_dir: Path) -> bool:
    """Say whether our server answers with our database."""
    return has_pid_file(var_dir) and server_state.load_or_create(var_dir).answers()


def ensure_running(var_dir: Path) -> str:
    """Return the URL of the running server, initialising and starting it as needed.

    The port may differ from an earlier :func:`url` when something else took it meanwhile.
    Raises DatabaseStartError with a one-line reason.
    """
    if is_running(var_dir):
        return url(var_dir)
    with file_lock(_lock_path(var_dir)):
        if not is_running(var_dir):
            _start(var_dir)
    return url(var_dir)


def stop(var_dir: Path) -> None:
    """Stop the server if it runs; open connections are closed, committed rows are safe."""
    with file_lock(_lock_path(var_dir)):
        stop_server(var_dir)
        _temporary_mark(var_dir).unlink(missing_ok=True)


def remove(var_dir: Path) -> None:
    """Stop the server and delete its data, passwords and port for good."""
    stop(var_dir)
    remove_cluster(var_dir)
    shutil.rmtree(var_dir / "pg", ignore_errors=True)


@contextmanager
def session(var_dir: Path) -> Iterator[str]:
    """Use the server for a while and yield its URL; the last user out stops it if a session started it.

    A user that is killed lets go of the lock by itself, so no server is left behind for ever.
    """
    with file_lock(var_dir / "pg" / "users.lock", shared=True) as users:
        try:
            if not is_running(var_dir):
                _temporary_mark(var_dir).touch()
                ensure_running(var_dir)
            yield url(var_dir)
        finally:
            if is_last_holder(users) and _temporary_mark(var_dir).exists():
                stop(var_dir)


def _start(var_dir: Path) -> None:
    """Start under the lock: initialise once, then try until the server answers or time is up."""
    account = choose_account(data_dir(var_dir))
    initialise(var_dir, account, server_state.load_or_create(var_dir).admin_password)
    give_up = time.monotonic() + START_SECONDS
    while True:
        state = _state_with_usable_port(var_dir)
        if problem := start_server(var_dir, account, state.port):
            if time.monotonic() > give_up:
                raise DatabaseStartError(f"PostgreSQL does not start: {problem}")
            time.sleep(0.3)
            continue
        _create_role_and_database(state)
        return


def _state_with_usable_port(var_dir: Path) -> ServerState:
    state = server_state.load_or_create(var_dir)
    ours = has_pid_file(var_dir) and state.answers(admin=True)
    if ours or server_state.is_port_free(state.port):
        return state
    return server_state.move_port(var_dir)


def _create_role_and_database(state: ServerState) -> None:
    """The application is no superuser, so the database's own protections bind it as they do in production."""
    with state.connect(admin=True) as connection:
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(role, sql.Literal(state.password))
            )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))


def _lock_path(var_dir: Path) -> Path:
    return var_dir / "pg" / "server.lock"


def _temporary_mark(var_dir: Path) -> Path:
    return var_dir / "pg" / "stop-after-use"
