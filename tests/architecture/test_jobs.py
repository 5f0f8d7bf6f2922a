"""Every job that is asked for by name is declared by a ``tasks.py``."""

import ast
from pathlib import Path

import pytest
from procrastinate.contrib.django import app

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("common", "identity", "certificates", "services", "cases", "portal")


def _asked_for() -> list[str]:
    names = []
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "after_commit":
                    assert isinstance(node.args[0], ast.Constant), f"{path}: name the task in plain text"
                    names.append(node.args[0].value)
    return names


def test_some_jobs_are_asked_for() -> None:
    assert len(_asked_for()) >= 3


@pytest.mark.parametrize("name", sorted(set(_asked_for())))
def test_job_is_declared(name: str) -> None:
    assert name in app.tasks
