"""The data directory and the server process on it: initdb, pg_ctl start, pg_ctl stop."""

import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from common.launch.server_account import DatabaseStartError, ServerAccount, choose_account
from common.launch.server_binaries import SHARED_HOME, program_dir
from common.launch.server_state import ADMIN

CONFIGURATION = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # no socket: nothing is left in a shared temporary folder
    "max_connections": "100",
    "synchronous_commit": "on",
    "log_min_messages": "warning",
    "log_statement": "none",  # statements carry personal data
    "log_min_error_statement": "panic",
}
# At every start, so that a cluster made earlier has it too: compiling a plan takes longer than any statement of a page.
_SPEED = "-c jit=off"
_SHARE = 16  # of the machine's memory, for the server's own cache
_LEAST_MB, _MOST_MB = 128, 1024
_LOG_SHARE, _MOST_LOG_GB = 3, 16


def data_dir(var_dir: Path) -> Path:
    """Return ``var/pg/data``, followed to where the data really is."""
    return (var_dir / "pg" / "data").resolve()


def has_pid_file(var_dir: Path) -> bool:
    """Say whether a server runs or was killed here: a quick no saves asking a stranger on the port."""
    return (data_dir(var_dir) / "postmaster.pid").exists()


def initialise(var_dir: Path, account: ServerAccount, admin_password: str) -> None:
    """Create the data directory unless it is there; one that was interrupted never looks complete."""
    if data_dir(var_dir).exists():
        return
    home = _home_for(var_dir, account)
    draft = home / f"draft-{secrets.token_hex(4)}"
    draft.mkdir(mode=0o700)
    os.chown(draft, account.uid, account.gid)
    try:
        _initdb(draft / "data", account, admin_password)
        _put_in_place(var_dir, draft, home)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def start_server(var_dir: Path, account: ServerAccount, port: int) -> str:
    """Start the server and wait until it answers; return "" or, in one line, why it did not."""
    data = data_dir(var_dir)
    _drop_stale_pid_file(data)
    log = data / "server.log"
    command = [str(program_dir(account) / "pg_ctl"), "start", "-w", "-t", "60", "-s"]
    options = f"-p {port} {_SPEED} -c shared_buffers={_cache_mb()}MB -c max_wal_size={_log_gb(data)}GB"
    try:
        result = account.run([*command, "-D", str(data), "-l", str(log), "-o", options], timeout=90)
    except subprocess.TimeoutExpired:
        return "it did not answer within 90 seconds"
    if result.returncode == 0:
        return ""
    return _last_complaint(log) or result.stderr.strip().replace("\n", " ") or "no reason was given"


def _cache_mb() -> int:
    """Megabytes for the server's cache: a small share of what the machine has."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (ValueError, OSError):  # a system that does not say
        return _LEAST_MB
    return min(_MOST_MB, max(_LEAST_MB, memory // _SHARE))


def _log_gb(data: Path) -> int:
    """Gigabytes of log between two checkpoints at most: a third of the free space.

    After each checkpoint every page is written whole into the log once more: a list of a million rows, imported with
    six of them under way, wrote twice as much.
    """
    return min(_MOST_LOG_GB, max(1, shutil.disk_usage(data).free // 2**30 // _LOG_SHARE))


def stop_server(var_dir: Path) -> None:
    """Stop the server if it runs on the data directory. Raises DatabaseStartError when it will not."""
    if not has_pid_file(var_dir):
        return
    data = data_dir(var_dir)
    account = choose_account(data)
    pg_ctl = str(program_dir(account) / "pg_ctl")
    if account.run([pg_ctl, "status", "-D", str(data)]).returncode != 0:
        return
    result = account.run([pg_ctl, "stop", "-D", str(data), "-m", "fast", "-w", "-t", "60", "-s"], timeout=90)
    if result.returncode != 0:
        raise DatabaseStartError(f"PostgreSQL does not stop: {result.stderr.strip()}")


def remove_cluster(var_dir: Path) -> None:
    """Delete the data directory, also where it lies outside the project."""
    data = data_dir(var_dir)
    shutil.rmtree(data.parent if data.parent.parent == SHARED_HOME else data, ignore_errors=True)
    (var_dir / "pg" / "data").unlink(missing_ok=True)


def _home_for(var_dir: Path, account: ServerAccount) -> Path:
    """Return where to build: ``var/pg``, or a shared folder when ``account`` cannot walk into the project."""
    home = (var_dir / "pg").resolve()
    home.mkdir(parents=True, exist_ok=True)
    if not account.switch or account.can_enter(home):
        return home
    SHARED_HOME.mkdir(parents=True, exist_ok=True)
    SHARED_HOME.chmod(0o755)
    if account.can_enter(SHARED_HOME):
        return SHARED_HOME
    raise DatabaseStartError(
        f"the account {account.name} can enter neither {home} nor {SHARED_HOME}: "
        "move the project out of root's home, or set DATABASE_URL."
    )


def _put_in_place(var_dir: Path, draft: Path, home: Path) -> None:
    """Show the finished data under ``var/pg/data``: moved there, or as a link to the shared folder."""
    shown = var_dir / "pg" / "data"
    shown.unlink(missing_ok=True)  # a link whose target somebody deleted
    if home != SHARED_HOME:
        (draft / "data").rename(shown)
        return
    final = home / f"data-{secrets.token_hex(6)}"
    draft.rename(final)
    shown.symlink_to(final / "data")


def _initdb(data: Path, account: ServerAccount, admin_password: str) -> None:
    with tempfile.NamedTemporaryFile("w", dir=data.parent, prefix="password-") as password:
        password.write(admin_password)
        password.flush()
        os.chown(password.name, account.uid, account.gid)
        command = [
            str(program_dir(account) / "initdb"),
            "-D",
            str(data),
            "-U",
            ADMIN,
            "--pwfile",
            password.name,
        ]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"]
        # The built-in provider knows upper and lower case of Unicode without the system's locales or ICU.
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        for key, value in CONFIGURATION.items():
            command += ["-c", f"{key}={value}"]
        result = account.run(command, timeout=180)
    if result.returncode != 0:
        reason = result.stderr.strip().splitlines() or ["no reason was given"]
        raise DatabaseStartError(f"initdb failed in {data}: {reason[-1]}")


def _drop_stale_pid_file(data: Path) -> None:
    """After a reboot another program may have the dead server's number, and PostgreSQL would not start."""
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text(encoding="utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    shown = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)
    if shown.returncode == 0 and "postgres" not in shown.stdout:
        pid_file.unlink(missing_ok=True)


def _last_complaint(log: Path) -> str:
    """Return the last FATAL or PANIC line of the server's log, without its timestamp."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    complaints = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
    return complaints[-1].partition(": ")[2] if complaints else ""
