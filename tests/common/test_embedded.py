"""The embedded PostgreSQL against a real server in a folder of its own."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from common.launch import embedded, server_binaries, server_state
from common.launch.server_account import ServerAccount, choose_account
from common.launch.server_cluster import data_dir

ROOT = Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root hands the server to another account")


@pytest.fixture
def var_dir():
    folder = Path(tempfile.mkdtemp(prefix="onestop-test-"))
    folder.chmod(0o755)
    yield folder / "var"
    embedded.remove(folder / "var")
    shutil.rmtree(folder)


def _rows(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row
    return row[0]


def _write_row(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (name text)")
        connection.execute("INSERT INTO kept VALUES ('营业执照')")


def _server_pid(var_dir: Path) -> int:
    return int((data_dir(var_dir) / "postmaster.pid").read_text().split("\n")[0])


def test_url_needs_no_server_and_stays_the_same(var_dir):
    first = embedded.url(var_dir)

    assert embedded.url(var_dir) == first
    assert not embedded.is_running(var_dir)
    assert stat.S_IMODE(server_state.state_path(var_dir).stat().st_mode) == 0o600


def test_first_start_creates_a_database_that_keeps_rows_over_a_restart(var_dir):
    url = embedded.ensure_running(var_dir)
    _write_row(url)
    embedded.stop(var_dir)
    assert not embedded.is_running(var_dir)

    assert embedded.ensure_running(var_dir) == url
    assert _rows(url) == 1


def test_committed_rows_survive_kill_9(var_dir):
    url = embedded.ensure_running(var_dir)
    _write_row(url)
    os.kill(_server_pid(var_dir), signal.SIGKILL)

    assert _rows(embedded.ensure_running(var_dir)) == 1


def test_two_processes_at_once_share_one_server(var_dir):
    code = (
        "from pathlib import Path; from common.launch import embedded;"
        f"print(embedded.ensure_running(Path({str(var_dir)!r})))"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    answers = {child.communicate(timeout=60)[0].strip() for child in children}

    assert answers == {embedded.url(var_dir)}
    assert all(child.returncode == 0 for child in children)
    assert embedded.is_running(var_dir)


def test_a_taken_port_makes_the_server_move(var_dir):
    url = embedded.ensure_running(var_dir)
    _write_row(url)
    embedded.stop(var_dir)
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", server_state.load_or_create(var_dir).port))
        stranger.listen()
        moved = embedded.ensure_running(var_dir)

    assert moved != url
    assert _rows(moved) == 1


def test_a_process_number_reused_after_a_reboot_does_not_block_the_start(var_dir):
    url = embedded.ensure_running(var_dir)
    lines = (data_dir(var_dir) / "postmaster.pid").read_text().split("\n")
    embedded.stop(var_dir)
    account = choose_account(data_dir(var_dir))
    sleeper = subprocess.Popen(["sleep", "60"], user=account.uid if account.switch else None)
    pid_file = data_dir(var_dir) / "postmaster.pid"
    pid_file.write_text("\n".join([str(sleeper.pid), *lines[1:]]))
    os.chown(pid_file, account.uid, account.gid)
    try:
        assert embedded.ensure_running(var_dir) == url
    finally:
        sleeper.kill()
        sleeper.wait()


def test_the_server_keeps_strangers_and_itself_in_check(var_dir):
    url = embedded.ensure_running(var_dir)

    with server_state.load_or_create(var_dir).connect(admin=True) as connection:
        settings = {
            name: connection.execute(f"SHOW {name}").fetchone()[0]
            for name in ("listen_addresses", "synchronous_commit", "unix_socket_directories")
        }
    assert settings == {
        "listen_addresses": "127.0.0.1",
        "synchronous_commit": "on",
        "unix_socket_directories": "",
    }
    with psycopg.connect(url) as connection:
        assert connection.execute("SHOW is_superuser").fetchone() == ("off",)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(server_state.load_or_create(var_dir).password, "wrong"))


def test_the_last_session_out_stops_the_server_it_started(var_dir):
    with embedded.session(var_dir):
        with embedded.session(var_dir):
            pass
        assert embedded.is_running(var_dir)
    assert not embedded.is_running(var_dir)


def test_a_session_leaves_a_server_alone_that_was_started_by_hand(var_dir):
    embedded.ensure_running(var_dir)
    with embedded.session(var_dir):
        pass
    assert embedded.is_running(var_dir)


@as_root
def test_data_moves_to_a_shared_place_under_a_home_that_only_root_may_enter(var_dir):
    var_dir.parent.chmod(0o700)
    url = embedded.ensure_running(var_dir)
    _write_row(url)
    place = data_dir(var_dir)

    assert place.is_relative_to(server_binaries.SHARED_HOME)
    embedded.stop(var_dir)
    assert _rows(embedded.ensure_running(var_dir)) == 1
    embedded.remove(var_dir)
    assert not place.parent.exists()


@as_root
def test_programs_are_copied_when_the_account_cannot_reach_the_wheel(tmp_path, monkeypatch):
    closed, shared = tmp_path / "closed", Path(tempfile.mkdtemp(prefix="onestop-test-"))
    closed.mkdir(mode=0o700)
    site = server_binaries._site_packages()
    for part in (server_binaries.PACKAGE, f"{server_binaries.PACKAGE}.libs"):
        if (site / part).exists():
            shutil.copytree(site / part, closed / part)
    monkeypatch.setattr(server_binaries, "_site_packages", lambda: closed)
    monkeypatch.setattr(server_binaries, "SHARED_HOME", shared)
    account = choose_account(tmp_path / "none")
    try:
        programs = server_binaries.program_dir(account)

        assert programs.is_relative_to(shared)
        assert "18." in account.run([str(programs / "initdb"), "--version"]).stdout
        assert server_binaries.program_dir(account) == programs
    finally:
        shutil.rmtree(shared)


@as_root
def test_data_of_another_user_is_refused_in_one_line(tmp_path, monkeypatch):
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, 12345, 12345)
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    with pytest.raises(embedded.DatabaseStartError, match=r"belongs to user 12345: run as that user"):
        choose_account(data)


@as_root
def test_an_ordinary_user_runs_the_server_as_itself(var_dir):
    nobody = ServerAccount(65534, 65534, "nobody", switch=True)
    var_dir.mkdir()
    os.chown(var_dir, nobody.uid, nobody.gid)
    code = (
        f"import sys; sys.path += [{str(ROOT)!r}, {str(server_binaries._site_packages())!r}];"
        "from pathlib import Path; from common.launch import embedded;"
        f"v = Path({str(var_dir)!r}); print(embedded.ensure_running(v)); embedded.stop(v)"
    )
    pythons = [sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"]
    reachable = [python for python in pythons if nobody.can_execute(Path(python))]
    if not reachable:
        pytest.skip("no Python of this version lies where an ordinary user can go")
    done = nobody.run([reachable[0], "-c", code])

    assert done.returncode == 0, done.stderr
    assert data_dir(var_dir).stat().st_uid == nobody.uid


def test_secrets_are_made_once_even_by_several_processes(var_dir):
    code = (
        "from pathlib import Path; from common.launch import secrets; import json;"
        f"print(json.dumps(secrets.load_or_create(Path({str(var_dir)!r}))))"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    answers = {child.communicate(timeout=60)[0] for child in children}

    assert len(answers) == 1
    made = json.loads(answers.pop())
    assert len(made["secret_key"]) >= 50
    assert list(made["field_keys"]) == ["k1"]
    assert stat.S_IMODE((var_dir / "secrets.json").stat().st_mode) == 0o600
