"""``make test`` and ``make lint``: the steps in order, one line each, full output only where one fails."""

import contextlib
import difflib
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from common.launch import embedded
from common.launch.console import say
from common.launch.supervisor import interrupt_on_signals

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent
OPENAPI = ROOT / "docs" / "openapi.yaml"
FIRST_START = ROOT / "build" / "first-start"
ENVIRONMENT = {
    **os.environ,
    "DJANGO_SETTINGS_MODULE": "portal.settings.test",
    "PYTHONPATH": str(ROOT),
    "ONESTOP_FIRST_START": str(FIRST_START),  # journeys begin with copies of it
}
_running: set[subprocess.Popen[str]] = set()
COUNTED = re.compile(r"(\d+) (passed|failed|skipped|deselected|xfailed|xpassed|errors?|warnings?)")


@dataclass(frozen=True)
class Outcome:
    """What a step came to. ``output`` is shown only when it failed."""

    passed: bool
    output: str


@dataclass(frozen=True)
class Step:
    """A named check."""

    name: str
    check: Callable[[], Outcome]


def main(command: str, var_dir: Path) -> int:
    """Run the steps of ``lint`` or ``test``; 1 when one failed. ``test`` ends with a count of tests."""
    start = time.monotonic()
    totals: Counter[str] = Counter()
    alone = test_steps(totals) if command == "test" else []  # these keep every core busy by themselves
    # The longest first: the others go by beside them.
    reading = [*preparing_steps(), *lint_steps(), *drift_steps()] if command == "test" else lint_steps()
    try:
        with interrupt_on_signals(), _database(var_dir), _first_start(command):
            failed = [*_run_side_by_side(reading), *(step.name for step in alone if not _run(step))]
    except embedded.DatabaseStartError as error:
        say(f"OneStop: {error}")
        return 1
    except KeyboardInterrupt:
        say("Interrupted.")
        return 130
    if failed:
        say(f"Failed: {', '.join(failed)}")
    if command == "test":
        say(closing_line(totals, time.monotonic() - start))
    return 1 if failed else 0


def lint_steps() -> list[Step]:
    """Return the checks that read the source only."""
    return [
        _tool("mypy", ["mypy", "--no-error-summary"]),
        _tool("ruff check", ["ruff", "check", "--quiet", "."]),
        _tool("ruff format", ["ruff", "format", "--check", "--quiet", "."]),
        _tool("layers (import-linter)", ["lint-imports", "--no-cache"]),
        _tool("templates (djlint)", ["djlint", "templates", "--lint", "--quiet"]),
    ]


def drift_steps() -> list[Step]:
    """Return the checks that generated files still say what the code says."""
    return [
        _manage("system checks", ["check", "--fail-level", "WARNING"]),
        _manage("migrations are complete", ["makemigrations", "--check", "--dry-run"]),
        Step("migrations are linear", linear_migrations),
        Step("OpenAPI file is current", openapi_is_current),
        _manage("translations", ["messages", "--check"]),
        _manage("compile translations", ["compile_messages"]),
    ]


def preparing_steps() -> list[Step]:
    """Return what all tests begin with: the demonstration's first start, which is a test itself, and the schema."""
    first_start = [sys.executable, "-m", "tests.journeys.first_start", str(FIRST_START)]
    return [
        Step("first start", lambda: run_command(first_start)),
        Step("schema of test databases", lambda: run_command([sys.executable, "-m", "tests.schema"])),
    ]


def test_steps(totals: Counter[str]) -> list[Step]:
    """Return the two runs of pytest, which add what they counted to ``totals``."""
    seed = random.SystemRandom().randrange(2**32)
    return [
        Step(
            "tests",
            lambda: _pytest(["-n", "2", "--dist", "loadgroup", f"--randomly-seed={seed}", "-m", "not journey"], totals),
        ),
        Step(
            "journeys in a browser",
            lambda: _pytest(["-n", "2", "--dist", "loadscope", "--no-loadscope-reorder", "-m", "journey"], totals),
        ),
    ]


def linear_migrations() -> Outcome:
    """Compare each room's ``max_migration.txt`` with its last migration: two branches collide in git."""
    problems = []
    for folder in sorted(ROOT.glob("*/migrations")):
        names = sorted(path.stem for path in folder.glob("[0-9]*.py") if "_squashed_" not in path.stem)
        recorded = folder / "max_migration.txt"
        last = recorded.read_text(encoding="utf-8").strip() if recorded.exists() else "nothing"
        # Until a step follows, the last migration is the one that stands for all steps.
        if names and last not in (names[-1], f"0001_squashed_{names[-1]}"):
            problems.append(f"{recorded.relative_to(ROOT)} says {last}, the last migration is {names[-1]}")
        numbers = Counter(name.split("_")[0] for name in names)
        problems += [f"{folder.relative_to(ROOT)} has two migrations {n}" for n, many in numbers.items() if many > 1]
    return Outcome(not problems, "\n".join(problems))


def openapi_is_current() -> Outcome:
    """Generate the API description anew and compare it with the committed one; a warning fails too."""
    with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
        command = ["spectacular", "--validate", "--fail-on-warn", "--file", file.name]
        made = run_command([sys.executable, "manage.py", *command])
        if not made.passed:
            return made
        fresh = Path(file.name).read_text(encoding="utf-8")
    kept = OPENAPI.read_text(encoding="utf-8") if OPENAPI.exists() else ""
    difference = difflib.unified_diff(kept.splitlines(), fresh.splitlines(), str(OPENAPI), "the code", lineterm="", n=1)
    lines = list(difference)
    hint = ["Run make openapi and read the difference before you commit it."] if lines else []
    return Outcome(not lines, "\n".join(lines[:80] + hint))


def run_command(command: list[str]) -> Outcome:
    """Run a program in the project's root with the test settings; collect the command and everything it says."""
    with subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace",
    ) as process:  # fmt: skip
        _running.add(process)
        try:
            said, _ = process.communicate()
        except BaseException:
            process.kill()
            raise
        finally:
            _running.discard(process)
    return Outcome(process.returncode == 0, f"$ {shlex.join(command)}\n{said}")


def count_tests(output: str) -> Counter[str]:
    """Read pytest's closing line: ``12 passed, 1 skipped in 3.4s``; empty when there is none."""
    for line in reversed(output.splitlines()):
        if re.search(r" in \d+(\.\d+)?s", line):
            return Counter({word.rstrip("s") if word.startswith("error") else word: int(number)
                            for number, word in COUNTED.findall(line)})  # fmt: skip
    return Counter()


def closing_line(totals: Counter[str], seconds: float) -> str:
    """Say what all test runs came to, in the form of pytest's own closing line."""
    order = ["failed", "error", "passed", "skipped", "xfailed", "xpassed", "warnings"]
    counts = ", ".join(f"{totals[word]} {word}" for word in order if totals[word])
    return f"{counts or 'no tests ran'} in {seconds:.2f}s"


@contextlib.contextmanager
def _database(var_dir: Path) -> Iterator[None]:
    """Start the embedded server once for all steps, unless DATABASE_URL names another."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    with embedded.session(var_dir):
        yield


@contextlib.contextmanager
def _first_start(command: str) -> Iterator[None]:
    """Remove what ``first start`` made when the last journey is over."""
    try:
        yield
    finally:
        if command == "test" and FIRST_START.exists():
            embedded.remove(FIRST_START)
            shutil.rmtree(FIRST_START)


def _pytest(arguments: list[str], totals: Counter[str]) -> Outcome:
    outcome = run_command([str(TOOLS / "pytest"), *arguments])
    totals.update(count_tests(outcome.output))
    for line in re.findall(r"^permission matrix: .*$", outcome.output, re.MULTILINE):
        say(f"  {line}")
    return outcome


def _tool(name: str, command: list[str]) -> Step:
    return Step(name, lambda: run_command([str(TOOLS / command[0]), *command[1:]]))


def _manage(name: str, command: list[str]) -> Step:
    return Step(name, lambda: run_command([sys.executable, "manage.py", *command]))


def _run_side_by_side(steps: list[Step]) -> list[str]:
    """Run steps that each keep one core busy, as many at once as there are cores; return the names of failed ones."""
    pool = ThreadPoolExecutor(max_workers=os.cpu_count())
    outcomes = [pool.submit(_timed, step) for step in steps]
    try:
        return [step.name for step, outcome in zip(steps, outcomes, strict=True) if not _tell(step, *outcome.result())]
    finally:  # after an interruption: those that wait never start, those that run are ended
        pool.shutdown(wait=False, cancel_futures=True)
        for process in list(_running):
            process.kill()


def _run(step: Step) -> bool:
    return _tell(step, *_timed(step))


def _timed(step: Step) -> tuple[Outcome, float]:
    start = time.monotonic()
    return step.check(), time.monotonic() - start


def _tell(step: Step, outcome: Outcome, seconds: float) -> bool:
    say(f"  {step.name:<28}{'ok  ' if outcome.passed else 'FAIL'}{seconds:7.1f} s")
    if not outcome.passed:
        say(outcome.output.rstrip())
    return outcome.passed
