"""``python -m bench NAME [--quick]``: runs ``bench/NAME.py`` on a database of its own, not the demo's."""

import argparse
import importlib
import os
import pkgutil
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

import bench
from common.launch import embedded

VAR_DIR = Path(__file__).resolve().parents[1] / "var"
NOT_BENCHMARKS = {
    "__main__",
    "cases_http",
    "cases_lives",
    "cases_rows",
    "cases_sweep",
    "certificates_rows",
    "certificates_stock",
    "http",
    "once_only_answers",
    "once_only_city",
    "once_only_lives",
    "once_only_totals",
    "once_only_typed",
    "register_rows",
    "search_rows",
    "search_set",
    "settings",
}


def names() -> list[str]:
    """Return the benchmarks there are."""
    return sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in NOT_BENCHMARKS)


def main(arguments: list[str]) -> int:
    """Run one benchmark; its last line is ``RESULT name key=value …``."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("name", choices=names())
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run, not how fast is it")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        server = os.environ.get("DATABASE_URL") or stack.enter_context(embedded.session(VAR_DIR))
        os.environ["DATABASE_URL"] = stack.enter_context(own_database(server, options.name))
        stack.enter_context(_django())
        print(_machine())
        start = time.monotonic()
        figures = importlib.import_module(f"bench.{options.name}").run(options.quick)
        for name, value in figures.items():
            print(f"  {name:<36}{_text(value)}")
        print(f"  {'whole run':<36}{time.monotonic() - start:.1f} s{' (quick sizes)' if options.quick else ''}")
    print(f"RESULT {options.name} " + " ".join(f"{name}={_text(value)}" for name, value in figures.items()))
    return 0


@contextmanager
def own_database(server: str, name: str) -> Iterator[str]:
    """Create an empty database beside the one in ``server``, yield its URL, and drop it."""
    database = f"onestop_bench_{name}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{database}"))
        finally:
            _drop(connection, database)


def _drop(connection: psycopg.Connection, database: str) -> None:
    """Drop the database; the server's own cleaning of a large table, which only it may end, is waited for."""
    for left in range(60, -1, -1):
        try:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))
            return
        except psycopg.errors.InsufficientPrivilege:
            if not left:
                raise
            time.sleep(2)


@contextmanager
def _django() -> Iterator[None]:
    """Set Django up on the empty database and remove the files of the run afterwards."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    try:
        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        yield
    finally:
        connections.close_all()
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


def _machine() -> str:
    """Describe what the figures were measured on."""
    from django.db import connection

    version = connection.cursor().execute("SHOW server_version").fetchone()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Machine: {os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()} ({Path(sys.executable).resolve()}), PostgreSQL {version[0]}, "
        f"load {os.getloadavg()[0]:.1f} before"
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _text(value: object) -> str:
    """Write a figure without spaces, so that the last line splits into pairs."""
    return f"{value:.4g}" if isinstance(value, float) else str(value).replace(" ", "_")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
