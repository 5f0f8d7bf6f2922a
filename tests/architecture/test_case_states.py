"""The state table and the verbs that use it belong together."""

import ast

from cases.states import FINAL_STATES, TABLE, Action, By, State
from tests.architecture.source import Function, python_files, tree

_BY_SYSTEM = {"close", "deem_accepted", "bring_up"}  # nobody clicks these


def actions_in(node: ast.AST) -> set[str]:
    """Names of the ``Action`` members that this code mentions."""
    return {
        part.attr
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "Action"
    }


def functions() -> list[Function]:
    """The functions of the verbs' modules; ``moves`` is the machine they share."""
    paths = [
        path
        for path in python_files("cases/actions", "cases/routes", "cases/opinions", "cases/proceedings")
        if path.stem != "moves"
    ]
    return [node for path in paths for node in tree(path).body if isinstance(node, Function)]


def test_every_action_is_in_the_table() -> None:
    assert set(TABLE) == set(Action)


def test_every_action_has_a_verb_and_people_have_a_public_one() -> None:
    mentioned = {name for node in functions() for name in actions_in(node)}
    public = {name for node in functions() if not node.name.startswith("_") for name in actions_in(node)}
    assert {action.name for action in Action} <= mentioned
    assert {action.name for action, move in TABLE.items() if move.by != By.SYSTEM} <= public


def test_every_verb_that_moves_a_case_takes_a_request_key_and_a_version() -> None:
    for node in functions():
        if node.name.startswith("_") or not actions_in(node) or node.name in _BY_SYSTEM:
            continue
        names = {argument.arg for argument in node.args.kwonlyargs}
        assert {"case_id", "request_key", "expected_version"} <= names, node.name


def test_every_state_can_be_reached_and_every_open_one_left() -> None:
    reached, waiting = {State.DRAFT}, [State.DRAFT]
    while waiting:
        state = waiting.pop()
        for move in TABLE.values():
            if state in move.sources and move.target not in reached:
                reached.add(move.target)
                waiting.append(move.target)
    assert reached == set(State)
    assert {state for state in State if not any(state in move.sources for move in TABLE.values())} == FINAL_STATES


def test_what_staff_do_needs_a_permission_and_what_others_do_needs_none() -> None:
    for action, move in TABLE.items():
        assert (move.permission is not None) == (move.by == By.STAFF), action
