"""Everything between a running database and the first page: each step is cheap with nothing to do."""

import hashlib
import os
from pathlib import Path

import django
from django.core.management import call_command

from common.launch.console import step


def prepare(var_dir: Path) -> None:
    """Bring the schema, translations, keys, demonstration data and static files up to date, in this process.

    The database must be running. Raises what the failing command raises.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")
    with step("settings and models"):
        django.setup()
    with step("database schema"):
        migrate_if_needed()
        call_command("createcachetable", verbosity=0)
        call_command("sync_grants", verbosity=0)
    with step("translations"):
        call_command("compile_messages", verbosity=0)
    with step("fonts for documents"):
        call_command("prepare_fonts", verbosity=0)
    with step("signing keys"):
        call_command("make_demo_ca", verbosity=0)
    # Before the demonstration: its synonyms are checked against the index, which an older database lacks.
    with step("search index"):
        call_command("index_search", verbosity=0)
    with step("demonstration city"):
        call_command("load_demo", verbosity=0)
    with step("static files"):
        collect_static_if_changed(var_dir / "static.stamp")


def migrate_if_needed() -> None:
    """Migrate only when a migration is waiting: an idle ``migrate`` still rebuilds every permission.

    Here tables are made at once; a city's server migrates step by step, and a test compares the two.
    """
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        from common.migrating import at_once

        with at_once():
            call_command("migrate", verbosity=0, interactive=False)


def collect_static_if_changed(stamp: Path) -> None:
    """Collect and compress static files unless names, sizes and times are those of the last run."""
    mark = _static_mark()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == mark:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(mark, encoding="utf-8")


def _static_mark() -> str:
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = os.stat(storage.path(name))
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
