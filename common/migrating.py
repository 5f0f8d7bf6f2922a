"""A database made from nothing: Django draws the models once for all tables of a migration, not once for each."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_ADDING = (CreateModel, AddField, AddIndex, AddConstraint)
_usual = Migration.apply


@contextmanager
def at_once() -> Iterator[None]:
    """Within, a run of operations that only add is applied together: a new table is made as it is after all of them.

    The schema is the same (``tests/journeys/test_first_start.py`` compares); references wait, as always, for the
    end of their migration.
    """
    Migration.apply = _apply  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Migration.apply = _usual  # type: ignore[method-assign]


def _apply(
    migration: Migration,
    state: ProjectState,
    editor: BaseDatabaseSchemaEditor,
    collect_sql: bool = False,
) -> ProjectState:
    if collect_sql or not editor.atomic_migration:
        return _usual(migration, state, editor, collect_sql)
    for adds, operations in groupby(migration.operations, key=lambda operation: type(operation) in _ADDING):
        for together in [list(operations)] if adds else [[operation] for operation in operations]:
            _take(migration.app_label, together, state, editor)
    return state


def _take(app: str, together: list[Operation], state: ProjectState, editor: BaseDatabaseSchemaEditor) -> None:
    before = state.clone()
    if len(together) > 1:
        state.__dict__.pop("apps", None)  # drawn again when the first of them asks, and not between them
    for operation in together:
        operation.state_forwards(app, state)
    made: set[str] = set()
    for operation in together:
        model = _model(operation)
        if model not in made:
            operation.database_forwards(app, editor, before, state)
        if isinstance(operation, CreateModel):
            made.add(model)


def _model(operation: Any) -> str:
    """The table an operation is about; empty for one that is about something else."""
    return str(getattr(operation, "model_name", None) or getattr(operation, "name", "")).lower()
