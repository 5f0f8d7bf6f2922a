"""`deploy/backup` and `deploy/restore` with a real server, using the wheel's own pg_dump and pg_restore."""

import os
import subprocess
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from common.launch import server_binaries, server_state

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = server_binaries._site_packages() / server_binaries.PACKAGE / server_binaries.INSTALL / "bin"
pytestmark = pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="needs to create roles of its own")


@pytest.fixture
def empty_databases():
    """Two databases of a role whose password needs quoting."""
    server = server_state.load_or_create(settings.VAR_DIR)
    role, password = f"backup_{os.getpid()}", "a%b/c:d e"
    names = [f"{role}_from", f"{role}_to"]
    with server.connect(admin=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))
        for name in names:
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(role)))
    base = urlsplit(server.url)._replace(netloc=f"{role}:{quote(password, safe='')}@127.0.0.1:{server.port}")
    yield [urlunsplit(base._replace(path=f"/{name}")) for name in names]
    with server.connect(admin=True) as admin:
        for name in names:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def _script(name: str, argument: Path, url: str, files: Path) -> subprocess.CompletedProcess[str]:
    path = f"{PROGRAMS}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "DATABASE_URL": url, "ONESTOP_MEDIA_ROOT": str(files)}
    command = [str(ROOT / "deploy" / name), str(argument)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _backed_up(tmp_path: Path, url: str) -> Path:
    files = tmp_path / "files"
    (files / "ab").mkdir(parents=True)
    (files / "ab" / "upload").write_bytes(b"\x00encrypted")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (name text)")
        connection.execute("INSERT INTO kept VALUES ('不动产权证书')")
    done = _script("backup", tmp_path / "backups", url, files)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def test_a_backup_comes_back_whole(tmp_path, empty_databases):
    old, new = empty_databases
    backup = _backed_up(tmp_path, old)

    done = _script("restore", backup, new, tmp_path / "new-files")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "new-files" / "ab" / "upload").read_bytes() == b"\x00encrypted"
    with psycopg.connect(new) as connection:
        assert connection.execute("SELECT name FROM kept").fetchall() == [("不动产权证书",)]
    assert (backup / "database.dump").stat().st_mode & 0o077 == 0


def test_a_restore_over_data_is_refused_and_changes_nothing(tmp_path, empty_databases):
    old, _ = empty_databases
    backup = _backed_up(tmp_path, old)
    with psycopg.connect(old) as connection:
        connection.execute("INSERT INTO kept VALUES ('later')")

    done = _script("restore", backup, old, tmp_path / "new-files")

    assert done.returncode == 1
    assert "Nothing was restored" in done.stderr
    assert not (tmp_path / "new-files").exists()
    with psycopg.connect(old) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (2,)


def test_a_damaged_backup_is_refused(tmp_path, empty_databases):
    old, new = empty_databases
    backup = _backed_up(tmp_path, old)
    with (backup / "files.tar").open("ab") as file:
        file.write(b"x")

    done = _script("restore", backup, new, tmp_path / "new-files")

    assert done.returncode == 1
    assert "is damaged" in done.stderr
    with psycopg.connect(new) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
