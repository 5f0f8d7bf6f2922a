"""Does everything an item names exist: data elements, certificate types, codes, posts? Pure."""

from collections.abc import Iterator

from services import codes
from services.lint.findings import Finding
from services.lint.subject import Subject
from services.themes import ORGANISATION_THEMES, PERSON_THEMES


def check(subject: Subject) -> Iterator[Finding]:
    """Yield what is named and does not exist or does not fit."""
    yield from _elements(subject)
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
        elif entry["type"] != element.type or tuple(entry.get("choices") or ()) != element.choices:
            yield Finding("reference.element_differs", where, params)


def _types(subject: Subject) -> Iterator[Finding]:
    content, known = subject.content, subject.around.faces
    for material in content.materials:
        if not material.satisfied_by <= known.keys():
            yield Finding("reference.type_unknown", f"material:{material.key}", {"name": material.name})
    is_certificate = content.result_kind == codes.ResultKind.CERTIFICATE
    if is_certificate != (content.result_type_id is not None):
        yield Finding("reference.result_type", "result_type_id")
    elif content.result_type_id and content.result_type_id not in known:
        yield Finding("reference.type_unknown", "result_type_id", {"name": content.result_name})
    relied_on = {key for material in content.materials for key in material.satisfied_by}
    if content.replaces and content.result_type_id not in relied_on:
        yield Finding("reference.replaces", "materials")


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
