"""Which system account runs PostgreSQL, and whether it can reach a path.

PostgreSQL refuses to run as root, so root hands it to an account without privileges.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

OWN_ACCOUNT = "onestop"


class DatabaseStartError(RuntimeError):
    """The embedded server cannot be used; the message says in one line what to do."""


@dataclass(frozen=True)
class ServerAccount:
    """The account that owns the data directory. ``switch`` is true when root has to change into it."""

    uid: int
    gid: int
    name: str
    switch: bool

    def run(self, command: list[str], *, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run ``command`` as this account with a bare environment; a failure shows in the return code."""
        environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC"}
        return subprocess.run(
            command,
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            user=self.uid if self.switch else None,
            group=self.gid if self.switch else None,
            extra_groups=[] if self.switch else None,
        )

    def can_enter(self, folder: Path) -> bool:
        """Say whether this account can walk to ``folder``; false under a home that only root may enter."""
        return self.run(["/bin/sh", "-c", 'test -x "$0"', str(folder)]).returncode == 0

    def can_execute(self, program: Path) -> bool:
        """Say whether this account can start ``program``."""
        try:
            return self.run([str(program), "--version"]).returncode == 0
        except OSError:
            return False


def choose_account(data_dir: Path) -> ServerAccount:
    """Pick the owner of an existing data directory, else ourselves, or for root an unprivileged account."""
    own_uid = os.getuid()
    if data_dir.exists():
        owner = data_dir.stat()
        if owner.st_uid != own_uid and own_uid != 0:
            raise DatabaseStartError(
                f"{data_dir} belongs to {_name(owner.st_uid)}: run as that user or set DATABASE_URL."
            )
        if owner.st_uid != 0:
            return ServerAccount(owner.st_uid, owner.st_gid, _name(owner.st_uid), switch=own_uid == 0)
    if own_uid != 0:
        return ServerAccount(own_uid, os.getgid(), _name(own_uid), switch=False)
    return _unprivileged()


def _unprivileged() -> ServerAccount:
    """Return postgres or our own account, made if needed; nobody where no account can be made."""
    for name in ("postgres", OWN_ACCOUNT):
        if found := _lookup(name):
            return found
    if useradd := shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"):
        shell = "/usr/sbin/nologin"
        subprocess.run(
            [useradd, "--system", "--no-create-home", "--shell", shell, OWN_ACCOUNT],
            check=False,
            capture_output=True,
        )
    for name in (OWN_ACCOUNT, "nobody"):
        if found := _lookup(name):
            return found
    raise DatabaseStartError("PostgreSQL cannot run as root and no other account exists: run make as an ordinary user.")


def _lookup(name: str) -> ServerAccount | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    # macOS gives `nobody` the id -2, which setuid takes only as an unsigned number.
    return ServerAccount(entry.pw_uid % 2**32, entry.pw_gid % 2**32, name, switch=True)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
