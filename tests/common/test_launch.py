"""Supervisor, step runner and system parts, with real but tiny programs."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from common.launch import checks, demo, system_parts
from common.launch.supervisor import Child, ChildFailedError, interrupt_on_signals, supervise

ROOT = Path(__file__).resolve().parents[2]


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_child_that_dies_is_started_again(tmp_path):
    starts = tmp_path / "starts"
    code = f"import time; f = open({str(starts)!r}, 'a'); f.write('x'); f.close()\n"
    once = Child("once", _python(code + f"time.sleep(60 if len(open({str(starts)!r}).read()) > 1 else 0)"))
    stopping = threading.Event()
    thread = threading.Thread(target=supervise, args=([once], stopping))
    thread.start()
    _wait_until(lambda: starts.exists() and len(starts.read_text()) == 2)
    stopping.set()
    thread.join(timeout=15)

    assert not thread.is_alive()
    assert once.deaths == 1
    assert once.process.poll() is not None


def test_a_child_that_dies_again_and_again_stops_everything(monkeypatch):
    monkeypatch.setattr("common.launch.supervisor.FIRST_PAUSE", 0.01)
    good, bad = (
        Child("good", _python("import time; time.sleep(60)")),
        Child("bad", _python("raise SystemExit(3)")),
    )

    with pytest.raises(ChildFailedError, match=r"bad ended 5 times in a row \(status 3\)"):
        supervise([good, bad], threading.Event())

    assert good.process.poll() is not None


def test_stopping_reaches_the_grandchildren(tmp_path):
    note = tmp_path / "pid"
    code = (
        "import subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"open({str(note)!r}, 'w').write(str(p.pid)); time.sleep(60)"
    )
    stopping = threading.Event()
    thread = threading.Thread(target=supervise, args=([Child("parent", _python(code))], stopping))
    thread.start()
    _wait_until(lambda: note.exists() and note.read_text())
    stopping.set()
    thread.join(timeout=15)

    _wait_until(lambda: not _is_alive(int(note.read_text())))


def test_a_second_signal_does_not_cut_short_the_stopping():
    stopped = []

    with interrupt_on_signals():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        except KeyboardInterrupt:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)
            stopped.append(True)

    assert stopped == [True]


@pytest.mark.parametrize(("port", "words"), [("80a", "not a port number"), ("70000", "not a port number")])
def test_a_wrong_port_is_refused_in_one_line(port, words, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PORT", port)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])

    assert demo.run(tmp_path) == 1
    assert words in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_busy_port_is_named_before_any_work(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("PORT", str(other.getsockname()[1]))

        assert demo.run(tmp_path) == 1
    assert f"port {os.environ['PORT']} is in use" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_pytest_closing_lines_are_added_up():
    totals = checks.count_tests("....\n2 failed, 10 passed, 1 skipped in 3.21s\n")
    totals.update(checks.count_tests("5 passed, 3 deselected, 1 error in 61.00s (0:01:01)"))

    assert checks.closing_line(totals, 64.2) == "2 failed, 1 error, 15 passed, 1 skipped in 64.20s"
    assert checks.closing_line(Counter(), 1) == "no tests ran in 1.00s"


def test_a_failing_step_shows_its_output_and_a_passing_one_does_not(capsys):
    said = {True: "all is well", False: "line 3 is wrong"}
    steps = [checks.Step(f"step {ok}", lambda ok=ok: checks.Outcome(ok, said[ok])) for ok in (True, False)]

    assert [checks._run(step) for step in steps] == [True, False]
    output = capsys.readouterr().out
    assert "line 3 is wrong" in output
    assert "all is well" not in output


def test_steps_run_beside_one_another_and_are_told_in_order(monkeypatch, capsys):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    both = threading.Barrier(2, timeout=20)

    def meets(passed):
        both.wait()
        return checks.Outcome(passed, "said")

    steps = [checks.Step("first", lambda: meets(False)), checks.Step("second", lambda: meets(True))]

    assert checks._run_side_by_side(steps) == ["first"]
    output = capsys.readouterr().out
    assert output.index("first") < output.index("said") < output.index("second")


def test_an_interruption_ends_what_runs_beside_one_another(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    note = tmp_path / "pid"
    code = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    never = tmp_path / "never"
    steps = [
        checks.Step("long", lambda: checks.run_command(_python(code))),
        checks.Step("waits", lambda: checks.run_command(_python(f"open({str(never)!r}, 'w')"))),
    ]

    def interrupt():
        _wait_until(lambda: note.exists() and note.read_text())
        os.kill(os.getpid(), signal.SIGTERM)

    with interrupt_on_signals(), pytest.raises(KeyboardInterrupt):
        threading.Thread(target=interrupt).start()
        checks._run_side_by_side(steps)

    _wait_until(lambda: not _is_alive(int(note.read_text())))
    assert not never.exists()


def test_migrations_that_fork_are_noticed(tmp_path, monkeypatch):
    folder = tmp_path / "cases" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_initial.py").touch()
    (folder / "max_migration.txt").write_text("0001_initial\n")
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    assert checks.linear_migrations().passed

    (folder / "0001_other.py").touch()

    outcome = checks.linear_migrations()
    assert not outcome.passed
    assert "the last migration is 0001_other" in outcome.output
    assert "two migrations 0001" in outcome.output


def test_missing_parts_are_named_in_one_line_for_apt_and_brew(monkeypatch):
    parts = (
        system_parts.Part("printing", lambda: False, ("libpango-1.0-0",), "pango"),
        system_parts.Part("reading PDFs", lambda: True, ("poppler-utils",), "poppler"),
    )
    monkeypatch.setattr(os, "getuid", lambda: 1000)

    line = system_parts.ensure(parts)

    assert "printing" in line
    assert "apt-get install libpango-1.0-0" in line
    assert "brew install pango" in line
    assert "poppler" not in line
    assert "\n" not in line


def test_root_on_debian_installs_what_is_missing(monkeypatch):
    installed = []
    part = system_parts.Part("printing", lambda: bool(installed), ("libpango-1.0-0",), "pango")
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(system_parts.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(system_parts, "_apt_install", installed.extend)

    assert system_parts.ensure((part,)) == ""
    assert installed == ["libpango-1.0-0"]


def test_the_check_of_parts_needs_nothing_but_the_standard_library():
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from common.launch import system_parts"
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().split(")")[1].split()[0] == "Z")


def _wait_until(condition, seconds=15.0):
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.02)
