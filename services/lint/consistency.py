"""Do the elements of an item agree with each other? The published checks (standards table 2.8). Pure."""

from collections.abc import Iterator

from services.codes import ItemType, ProjectType, ResultKind
from services.lint.findings import Finding
from services.lint.subject import Subject

_NONE = "无"
_FLOW = 5
_CERTIFICATES = ("证", "证书", "执照", "许可证", "证照")
_DOCUMENTS = ("文", "批复", "决定书", "意见书", "通知书")


def check(subject: Subject) -> Iterator[Finding]:
    """Yield what contradicts."""
    yield from _limits(subject)
    yield from _visits(subject)
    yield from _fees(subject)
    yield from _contacts(subject)
    yield from _themes(subject)
    yield from _licence(subject)
    yield from _result(subject)


def _limits(subject: Subject) -> Iterator[Finding]:
    content = subject.content
    if content.promise_days is None and content.project_type != ProjectType.INSTANT:
        return
    if (content.project_type == ProjectType.INSTANT) != (content.promise_days == 0):
        yield Finding("consistency.instant", "promise_days")


def _visits(subject: Subject) -> Iterator[Finding]:
    content = subject.content
    has_reason = content.visits_reason.strip() not in ("", _NONE)
    if (content.visits > 0) != has_reason:
        yield Finding("consistency.visit_reason", "visits_reason")
    is_online = content.is_applicable_online or "2" in content.handle_forms
    if content.visits == 0 and not is_online and "3" not in content.handle_forms:
        yield Finding("consistency.express", "handle_forms")
    if content.visits > 0 and "5" in content.online_depth:
        yield Finding("consistency.online_visit", "visits")


def _fees(subject: Subject) -> Iterator[Finding]:
    content = subject.content
    for fee in content.fees:
        if not fee.basis.strip() or not fee.standard.strip():
            yield Finding("consistency.fee_basis", "fees", {"name": fee.name})
    if content.pays_online and not content.fees:
        yield Finding("consistency.pay_without_fee", "pays_online")


def _contacts(subject: Subject) -> Iterator[Finding]:
    consult, complaint = subject.content.consult_phone.strip(), subject.content.complaint_phone.strip()
    if not consult or not complaint:
        yield Finding("consistency.phone_missing", "complaint_phone" if consult else "consult_phone")
    elif consult == complaint:
        yield Finding("consistency.phone_same", "complaint_phone")


def _themes(subject: Subject) -> Iterator[Finding]:
    content = subject.content
    sides = (
        ("自然人", "themes_person", subject.serves_persons, content.themes_person),
        ("法人", "themes_org", subject.serves_organisations, content.themes_org),
    )
    for audience, where, is_served, chosen in sides:
        if chosen and not is_served:
            yield Finding("consistency.theme_audience", where, {"audience": audience})
        if is_served and not chosen:
            yield Finding("consistency.theme_missing", where, {"audience": audience})


def _licence(subject: Subject) -> Iterator[Finding]:
    if subject.item_type != ItemType.LICENCE:
        return
    if not subject.content.faqs:
        yield Finding("consistency.faq_missing", "faqs")
    if len(subject.content.flow) < _FLOW:
        yield Finding("consistency.flow_short", "flow")


def _result(subject: Subject) -> Iterator[Finding]:
    content = subject.content
    name, kind = content.result_name.strip(), content.result_kind
    is_wrong = (name.endswith(_CERTIFICATES) and kind != ResultKind.CERTIFICATE) or (
        name.endswith(_DOCUMENTS) and kind == ResultKind.NONE
    )
    if name and is_wrong:
        yield Finding("consistency.result_kind", "result_kind", {"name": name})
    # A certificate of the store is its own sample: its type says how it looks.
    if name and not content.result_sample and content.result_type_id is None:
        yield Finding("consistency.sample_missing", "result_sample")
