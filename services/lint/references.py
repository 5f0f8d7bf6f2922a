"""Does everything an item names exist: data elements, certificate types, codes, posts? Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from services import codes
from services.descriptions import MaterialPart
from services.elements import drifted, table_problems
from services.lint.findings import Finding
from services.lint.subject import Element, Subject
from services.pieces import is_all, pieces_of
from services.themes import ORGANISATION_THEMES, PERSON_THEMES


def check(subject: Subject) -> Iterator[Finding]:
    """Yield what is named and does not exist or does not fit."""
    yield from _elements(subject)
    yield from _files(subject)
    yield from _tables(subject)
    yield from _types(subject)
    yield from _codes(subject)
    content = subject.content
    if content.is_applicable_online:
        if content.project_type != codes.ProjectType.INSTANT and not content.route:
            yield Finding("reference.route_missing", "route")
        if not subject.has_department:
            yield Finding("reference.department_missing", "route")


def _elements(subject: Subject) -> Iterator[Finding]:
    for entry in subject.fields:
        code = entry.get("element")
        if not code:
            continue
        where, params = f"field:{entry['key']}", {"name": entry["label"], "element": code}
        element = subject.around.elements.get(code)
        if element is None:
            yield Finding("reference.element_unknown", where, params)
        elif _differs(entry, element):
            yield Finding("reference.element_differs", where, params)
        elif entry["label"] != element.name:
            yield Finding("reference.element_label", where, {**params, "label": element.name})


def _differs(entry: Mapping[str, Any], element: Element) -> bool:
    plain = {"type": element.type, "choices": list(element.choices)}
    if element.definition is None:
        return any((entry.get(name) or None) != (value or None) for name, value in plain.items())
    return bool(drifted(entry, element.definition))


def _files(subject: Subject) -> Iterator[Finding]:
    """A file of the form is one of the item's materials, asked for in the same situations."""
    materials = {material.key: material for material in subject.content.materials}
    for entry in subject.fields:
        if entry["type"] != "file":
            continue
        material = materials.get(entry.get("material", ""))
        is_whole = material is not None and not is_all(material)
        if material is None or not is_whole or dict(material.when) != dict(entry.get("when") or {}):
            yield Finding("reference.file_material", f"field:{entry['key']}", {"name": entry["label"]})


def _tables(subject: Subject) -> Iterator[Finding]:
    """A table has columns of simple types, and not more rows at least than at most."""
    for entry in subject.fields:
        if entry["type"] == "group":
            for problem in table_problems(entry):
                yield Finding(
                    "reference.table_shape", f"field:{entry['key']}", {"name": entry["label"], "problem": problem}
                )


def _types(subject: Subject) -> Iterator[Finding]:
    content, known = subject.content, subject.around.faces
    for material in content.materials:
        if not material.satisfied_by <= known.keys():
            yield Finding("reference.type_unknown", f"material:{material.key}", {"name": material.name})
        yield from _pieces(material)
    is_certificate = content.result_kind == codes.ResultKind.CERTIFICATE
    if is_certificate != (content.result_type_id is not None):
        yield Finding("reference.result_type", "result_type_id")
    elif content.result_type_id and content.result_type_id not in known:
        yield Finding("reference.type_unknown", "result_type_id", {"name": content.result_name})
    relied_on = {key for material in content.materials for key in material.satisfied_by}
    if content.replaces and content.result_type_id not in relied_on:
        yield Finding("reference.replaces", "materials")


def _pieces(material: MaterialPart) -> Iterator[Finding]:
    """Several pieces or none, and certificates only of those that count for the material."""
    where, name, pieces = f"material:{material.key}", {"name": material.name}, pieces_of(material)
    if len(pieces) == 1:
        yield Finding("reference.pieces_few", where, name)
    for piece in pieces:
        if not piece.types <= material.satisfied_by:
            yield Finding("reference.piece_type", where, {**name, "piece": piece.name})
    used = frozenset().union(*(piece.types for piece in pieces)) if pieces else frozenset()
    if is_all(material) and material.satisfied_by - used:
        yield Finding("reference.piece_spare", where, name)


def _codes(subject: Subject) -> Iterator[Finding]:
    content = subject.content
    sets = (
        ("audience", content.audience, codes.Audience.values),
        ("handle_forms", content.handle_forms, codes.HandleForm.values),
        ("online_depth", content.online_depth, codes.OnlineDepth.values),
        ("handle_area", [content.handle_area] if content.handle_area else [], codes.HandleArea.values),
        ("use_level", content.use_level.split("^"), codes.UseLevel.values),
        ("themes_person", content.themes_person, PERSON_THEMES),
        ("themes_org", content.themes_org, ORGANISATION_THEMES),
    )
    for field, given, known in sets:
        for value in given:
            if value not in known:
                yield Finding("reference.code_unknown", field, {"field": field, "value": value})
