"""A SELECT that is written once keeps what it was written with: nothing in it may depend on when, or by whom."""

import ast

from tests.architecture.source import ROOMS, Function, python_files, tree

_OF_THE_MOMENT = {"localdate", "localtime", "now", "today", "settings", "actor", "request", "get_language", "gettext"}


def builders() -> dict[str, Function]:
    """The functions decorated with ``written``."""
    return {
        f"{path}:{node.name}": node
        for path in python_files(*ROOMS)
        for node in ast.walk(tree(path))
        if isinstance(node, Function)
        and any(isinstance(one, ast.Name) and one.id == "written" for one in node.decorator_list)
    }


def names_in(node: Function) -> set[str]:
    """Every name that a function mentions, its parameters left out."""
    parameters = {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}
    named = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} - parameters
    return named | {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def test_no_statement_is_written_with_the_day_or_the_settings_of_its_first_call():
    found = builders()
    assert len(found) > 30
    wrong = {place: names_in(node) & _OF_THE_MOMENT for place, node in found.items()}
    assert not {place: names for place, names in wrong.items() if names}


def test_values_come_in_their_places_and_shapes_by_name():
    for place, node in builders().items():
        given = [*node.args.args, *([node.args.vararg] if node.args.vararg else [])]
        kinds = {one.annotation.id for one in given if isinstance(one.annotation, ast.Name)}
        assert kinds <= {"Given"}, place
        assert not node.args.defaults, f"{place}: a value that may be left out is another shape"
