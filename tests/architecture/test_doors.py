"""Views translate and nothing else; writes are verbs with an actor; files stay small and say what they do."""

import ast

import pytest

from tests.architecture.source import ROOMS, ROOT, SURFACES, name_of, public_functions, python_files, tree

_MAX_LINES = 400
_SHARED = ("portal/access.py", "portal/context.py", "portal/errors.py", "portal/middleware.py")
# Verbs of the calendar and of background work: nobody is behind them, they act as the system.
_WITHOUT_ACTOR = {
    "attach_waiting",
    "deem_accepted",
    "deem_delivered",
    "deem_renewed",
    "close",
    "expire_due",
    "produce_file",
    "remind_or_ask",
    "settle_open",
}
# Beside the verbs stand a composer of codes and a lock that two verbs share: neither writes.
_NO_WRITE = {"type_code", "lock_catalogue"}


def surface_files():
    return [*python_files(*SURFACES), *(ROOT / name for name in _SHARED)]


@pytest.mark.parametrize("path", surface_files(), ids=name_of)
def test_surfaces_never_touch_managers_or_save(path) -> None:
    touched = [
        f"line {node.lineno}: .{node.attr}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}
    ]
    saved = [
        f"line {node.lineno}: .{node.func.attr}()"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"save", "bulk_create", "bulk_update", "asave", "get_or_create", "update_or_create"}
    ]
    assert touched + saved == []


@pytest.mark.parametrize("path", python_files(*ROOMS), ids=name_of)
def test_public_functions_say_what_they_do(path) -> None:
    silent = [name for name, node in public_functions(path) if ast.get_docstring(node) is None]
    assert silent == []


def test_every_module_says_what_it_is() -> None:
    assert [name_of(path) for path in python_files(*ROOMS, "bench") if ast.get_docstring(tree(path)) is None] == []


def test_no_file_is_long() -> None:
    folders = [*ROOMS, "tests", "bench", "templates", "static"]
    files = [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html", ".css", ".js"}
    ]
    sizes = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in files
        if "migrations" not in path.parts
    }
    assert {name: lines for name, lines in sizes.items() if lines > _MAX_LINES} == {}


def action_files():
    return [
        path
        for path in python_files("identity", "certificates", "services", "cases")
        if "actions" in path.stem or path.parent.name == "actions" or path.stem in {"locker", "grants"}
    ]


@pytest.mark.parametrize("path", [p for p in action_files() if p.stem not in {"moves", "clocks"}], ids=name_of)
def test_a_write_takes_the_actor_first_and_the_rest_by_name(path) -> None:
    wrong = []
    for name, node in public_functions(path):
        if "." in name or name in _NO_WRITE:
            continue
        positional = [argument.arg for argument in node.args.posonlyargs + node.args.args]
        if positional != ([] if name in _WITHOUT_ACTOR else ["actor"]):
            wrong.append(f"{name}({', '.join(positional)})")
    assert wrong == []
