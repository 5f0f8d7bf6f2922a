"""证照类型: what can be issued, by which rules, and what it looks like on made-up data."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from certificates import queries
from certificates.models import CertificateType
from certificates.numbers import DEFAULT
from certificates.samples import sample_pdf
from certificates.types.content import content_of
from certificates.types.queries import open_versions
from common.errors import Forbidden
from common.formatting import code_label, format_list
from identity.actor import Actor
from identity.permissions import Permission
from portal.access import actor_of, staff_required
from portal.downloads import file_response
from portal.workbench.item_forms import STATE_TONES
from portal.workbench.pages import page_of, show
from portal.workbench.show.types import validity_words
from portal.workbench.views.type_editing import writing_of

_SHOWN = 50  # drafts above the list


def _reader(request: HttpRequest) -> Actor:
    """The actor; Forbidden unless the post defines, issues or suspends certificates somewhere."""
    actor = actor_of(request)
    wanted = (Permission.MANAGE_ITEMS, Permission.ISSUE_CERTIFICATE, Permission.SUSPEND_CERTIFICATE)
    if not any(actor.departments(permission) for permission in wanted):
        raise Forbidden
    return actor


@require_safe
@staff_required
def type_list(request: HttpRequest) -> HttpResponse:
    """Every type, by its code."""
    actor = _reader(request)
    text = request.GET.get("text", "").replace("\x00", "").strip()[:100]
    page = page_of(request, queries.types(text=text))
    rows = [{"kind": row, "holder": code_label(row.get_holder_kind_display())} for row in page.object_list]
    context = {
        "page": page,
        "rows": rows,
        "text": text,
        "may_write": bool(actor.departments(Permission.MANAGE_ITEMS)),
        "open_versions": [{"version": one, "tone": STATE_TONES[one.state]} for one in open_versions(actor)[:_SHOWN]],
    }
    return show(request, "workbench/certificate_types.html", context, nav="management")


@require_safe
@staff_required
def type_page(request: HttpRequest, type_id: UUID) -> HttpResponse:
    """One type: its rules in words, its fields, who may do what."""
    actor = _reader(request)
    kind = queries.get_type(type_id)
    context = {
        "kind": kind,
        "rules": _rules(kind),
        "fields": [
            {
                "label": field["label"],
                "element": field.get("element", ""),
                "is_sensitive": bool(field.get("sensitive")),
                "is_subject": field["key"] == kind.subject_field,
            }
            for field in kind.fields
        ],
        "duties": _duties(kind),
        **writing_of(actor, kind),
    }
    return show(request, "workbench/certificate_type.html", context, nav="management")


def _rules(kind: CertificateType) -> list[tuple[str, str]]:
    single = _("不限") if not kind.is_single_instance else _("每个持证人一张")
    labels = {field["key"]: str(field["label"]) for field in kind.fields}
    if kind.is_single_instance and kind.subject_field:
        single = _("每个持证人、每个“%(field)s”一张") % {"field": labels[kind.subject_field]}
    return [
        (_("证照类型代码"), kind.type_code),
        (_("定义机构"), kind.definer.name),
        (_("持证主体"), code_label(kind.get_holder_kind_display())),
        (_("数量"), single),
        (_("有效期"), validity_words(content_of(kind))),
        (_("编号规则"), kind.number_pattern or DEFAULT),
        (_("编号字头"), kind.number_prefix or _("（无）")),
        (_("保管期限"), code_label(kind.get_retention_display())),
        (_("签章名称"), kind.seal_caption),
        (_("国密签名"), _("有") if kind.has_sm2_signature else _("没有")),
    ]


def _duties(kind: CertificateType) -> list[tuple[str, str]]:
    named: dict[str, list[str]] = {}
    for duty in queries.duties(kind):
        named.setdefault(duty.right, []).append(f"{duty.post.department.short_name} {duty.post.name}")
    everyone = _("发证部门有发证权限的岗位")
    return [(code_label(label), format_list(named.get(right, [everyone]))) for right, label in queries.RIGHTS]


@require_safe
@staff_required
def type_sample(request: HttpRequest, type_id: UUID) -> HttpResponse:
    """The type's face on made-up data, as PDF, marked as a sample; ``?long=1`` with long values and rare characters."""
    _reader(request)
    kind = queries.get_type(type_id)
    content = sample_pdf(kind, day=timezone.localdate(), long=request.GET.get("long") == "1")
    return file_response(content, media_type="application/pdf", name=_("样张 %(name)s") % {"name": kind.name})
