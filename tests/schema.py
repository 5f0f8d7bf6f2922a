"""The schema of test databases, migrated once: they are copies of it until a migration or a library changes.

``python -m tests.schema`` makes it ahead of the tests, whose workers would all wait for one of them.
"""

import hashlib
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection

_ROOT = Path(__file__).resolve().parents[1]
_PREFIX = "schema_of_tests_"


def ensure() -> str:
    """Return the name of the database to copy, after making it where it is missing; workers wait for one another."""
    wanted = name()
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]  # as Django makes its test databases
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [_PREFIX])
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{_PREFIX}%"])
        there = {row[0] for row in cursor.fetchall()}
        if wanted not in there:
            for old in there:  # of other migrations, and one that was not finished
                cursor.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{wanted}_draft"')
            _migrate(f"{wanted}_draft")
            cursor.execute(f'ALTER DATABASE "{wanted}_draft" RENAME TO "{wanted}"')
    return wanted


def name() -> str:
    """Return what the database to copy is called."""
    return f"{_PREFIX}{_digest()}"


def _digest() -> str:
    files = [*sorted(_ROOT.glob("*/migrations/*.py")), _ROOT / "requirements.txt"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def _migrate(name: str) -> None:
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


if __name__ == "__main__":
    django.setup()
    ensure()
