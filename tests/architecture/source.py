"""Read the project's own source, for the tests that judge it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("common", "identity", "certificates", "services", "cases", "portal")
SURFACES = ("portal/public", "portal/workbench", "portal/api", "portal/sso")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> list[Path]:
    """Python files below these folders, migrations left out."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in found if "migrations" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """The path from the project's root."""
    return path.relative_to(ROOT).as_posix()


def public_functions(path: Path) -> Iterator[tuple[str, Function]]:
    """Public functions of a module and public methods of its own classes: (name, node).

    Classes that extend a base are left out: their methods answer to what the base documents.
    """
    for node in tree(path).body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node.name, node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not node.bases:
            for part in node.body:
                if isinstance(part, Function) and not part.name.startswith("_"):
                    yield f"{node.name}.{part.name}", part
