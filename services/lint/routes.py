"""Can a review route be walked: no circles, nothing that is not there, and not longer than what is promised? Pure."""

from collections.abc import Iterator

from services import codes, routes
from services.descriptions import StagePart, VersionContent
from services.lint.findings import Finding
from services.lint.legal import shortest_calendar
from services.lint.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """Yield what keeps a case from getting through the route in time."""
    content = subject.content
    if not content.route:
        return
    names = {stage.key: stage.name for stage in content.route}
    for stage in content.route:
        yield from _stage(stage, names, content)
    turning = routes.circle(content.route)
    if turning:
        path = " → ".join(names[key] for key in [*turning, turning[0]])
        yield Finding("route.cycle", "route", {"path": path})
    yield from _length(content)


def _stage(stage: StagePart, names: dict[str, str], content: VersionContent) -> Iterator[Finding]:
    about = {"name": stage.name}
    if any(key not in names for key in stage.after):
        yield Finding("route.stage_unknown", "route", about)
    takes_part = routes.taking_part(content.route, stage.key)
    if stage.lead:
        lead = next((one for one in content.route if one.key == stage.lead), None)
        if lead is None or lead.kind != codes.StageKind.JOINT or lead.lead:
            yield Finding("route.lead_unknown", "route", about)
        if stage.after:
            yield Finding("route.part_has_order", "route", about)
        if lead is not None and lead.days < stage.days:
            yield Finding("route.part_too_long", "route", about)
    elif stage.kind == codes.StageKind.JOINT and not takes_part:
        yield Finding("route.joint_alone", "route", about)
    if stage.kind == codes.StageKind.SITE_VISIT and not stage.is_substantive:
        yield Finding("route.visit_alone", "route", about)


def _length(content: VersionContent) -> Iterator[Finding]:
    """Stages count working days; against a promise in calendar days they are taken at their shortest."""
    promise = content.promise_days
    if promise is None or content.project_type == codes.ProjectType.INSTANT:
        return
    days = routes.longest(content.route)
    is_working = content.promise_unit == codes.TimeUnit.WORKING
    if (days if is_working else shortest_calendar(days)) > promise:
        limit = f"{promise}{dict(codes.TimeUnit.choices).get(content.promise_unit, '')}"
        yield Finding("route.too_long", "route", {"days": days, "promise": limit})
