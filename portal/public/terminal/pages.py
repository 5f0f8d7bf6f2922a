"""What a terminal offers whoever was let in: progress, printing, a ticket, and the code to pick a result up with."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import notices
from cases.counter.errors import CounterNotFound
from cases.counter.queries import kiosk_ticket, offered_at, place_of
from cases.counter.ticket_actions import Wanted, take_at_kiosk
from cases.delivery import actions as delivery_actions
from cases.delivery.queries import delivery_of, is_to_pick_up
from cases.errors import CaseNotFound
from cases.models import Case, Notice
from cases.queries import clocks, get_case, own_cases
from cases.states import State
from cases.terminal.models import Terminal
from cases.terminal.queries import counter_at
from certificates.queries import get_certificate, read_file, visible_certificates
from common.errors import DomainError
from identity.account_queries import own_person
from identity.persons.documents import Kind
from portal.access import actor_of
from portal.downloads import file_response
from portal.public.counter_forms import about_choices, about_of
from portal.public.terminal.access import at_terminal, page
from portal.public.timeline import timeline_of
from portal.public.views.cases import state_tag
from portal.public.wallet_pages import certificate_tag
from portal.public.wording import clock_lines, next_step

_MOST = 12  # of one's cases or certificates on a page of large rows; older ones are found at home


@require_safe
@at_terminal
def terminal_menu(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """What can be done here."""
    return page(request, terminal, "menu.html", {"counter": counter_at(terminal)})


@require_safe
@at_terminal
def terminal_cases(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """One's newest cases; drafts are gone on with at home or at the window."""
    cases = own_cases(actor_of(request)).exclude(state=State.DRAFT)[:_MOST]
    rows = [{"case": case, "tag": state_tag(case)} for case in cases]
    return page(request, terminal, "cases.html", {"rows": rows})


@require_safe
@at_terminal
def terminal_case(request: HttpRequest, terminal: Terminal, case_id: UUID) -> HttpResponse:
    """Where one case is, what was issued in it, and whether it can be picked up."""
    return _case_page(request, terminal, case_id)


@require_POST
@at_terminal
def terminal_code(request: HttpRequest, terminal: Terminal, case_id: UUID) -> HttpResponse:
    """A new pick-up code, shown in this one answer."""
    try:
        code = delivery_actions.make_code(actor_of(request), case_id=case_id)
    except DomainError as error:
        if error.http_status == CaseNotFound.http_status:
            raise
        return _case_page(request, terminal, case_id, problem=error)
    return _case_page(request, terminal, case_id, code=f"{code[:4]} {code[4:]}")


def _case_page(
    request: HttpRequest, terminal: Terminal, case_id: UUID, *, code: str = "", problem: DomainError | None = None
) -> HttpResponse:
    case = _own(request, case_id)
    context: dict[str, Any] = {
        "case": case,
        "tag": state_tag(case),
        "next_step": next_step(case),
        "clock_lines": clock_lines(case, clocks(case)),
        "timeline": timeline_of(case),
        "notices": [notice for notice in case.notices.all() if notice.file],
        "is_to_pick_up": is_to_pick_up(delivery_of(case)),
        "code": code,
        "problem": problem,
    }
    return page(request, terminal, "case.html", context, status=problem.http_status if problem else 200)


def _own(request: HttpRequest, case_id: UUID) -> Case:
    case = get_case(actor_of(request), case_id)
    if case.state == State.DRAFT:
        raise CaseNotFound
    return case


def _notice(case: Case, notice_id: UUID) -> Notice:
    notice = next((one for one in case.notices.all() if one.pk == notice_id and one.file), None)
    if notice is None:
        raise CaseNotFound
    return notice


@require_safe
@at_terminal
def terminal_print_notice(request: HttpRequest, terminal: Terminal, case_id: UUID, notice_id: UUID) -> HttpResponse:
    """A receipt or notice, ready for the machine's printer."""
    notice = _notice(_own(request, case_id), notice_id)
    context = {
        "name": notice.get_kind_display(),
        "number": notice.number,
        "file_url": reverse("terminal_notice_file", args=[terminal.key, case_id, notice_id]),
        "back_url": reverse("terminal_case", args=[terminal.key, case_id]),
    }
    return page(request, terminal, "print.html", context)


@require_safe
@xframe_options_sameorigin
@at_terminal
def terminal_notice_file(request: HttpRequest, terminal: Terminal, case_id: UUID, notice_id: UUID) -> HttpResponse:
    """The sealed PDF inside the page that prints it; the first look proves delivery."""
    notice = _notice(_own(request, case_id), notice_id)
    return _framed(notices.read(actor_of(request), notice), f"{notice.get_kind_display()} {notice.number}")


@require_safe
@at_terminal
def terminal_certificates(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """One's certificates that have a file to print."""
    today = timezone.localdate()
    certificates = visible_certificates(actor_of(request)).exclude(file="")[:_MOST]
    rows = [{"certificate": row, "tag": certificate_tag(row, today)} for row in certificates]
    return page(request, terminal, "certificates.html", {"rows": rows})


@require_safe
@at_terminal
def terminal_print_certificate(request: HttpRequest, terminal: Terminal, certificate_id: UUID) -> HttpResponse:
    """A certificate, ready for the machine's printer."""
    certificate = get_certificate(actor_of(request), certificate_id)
    context = {
        "name": certificate.type.name,
        "number": certificate.number,
        "file_url": reverse("terminal_certificate_file", args=[terminal.key, certificate_id]),
        "back_url": reverse("terminal_certificates", args=[terminal.key]),
    }
    return page(request, terminal, "print.html", context)


@require_safe
@xframe_options_sameorigin
@at_terminal
def terminal_certificate_file(request: HttpRequest, terminal: Terminal, certificate_id: UUID) -> HttpResponse:
    """The signed PDF inside the page that prints it; the real-name level decides as everywhere."""
    actor = actor_of(request)
    certificate = get_certificate(actor, certificate_id)
    return _framed(read_file(actor, certificate), f"{certificate.type.name} {certificate.number}")


def _framed(content: bytes, name: str) -> HttpResponse:
    """A PDF for a frame of this site: nothing in it runs, and the browser's own viewer may show and print it."""
    response = file_response(content, media_type="application/pdf", name=name)
    policy = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
    response.headers["Content-Security-Policy"] = policy
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@at_terminal
def terminal_ticket(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """Take a ticket, or check in for today's appointment: who it is, the machine knows already."""
    counter = counter_at(terminal)
    if counter is None:
        raise CounterNotFound
    choices = about_choices(offered_at(counter.hall))
    problem: DomainError | None = None
    if request.method == "POST":
        chosen = request.POST.get("about", "")
        known = {value for _name, group in choices[1:] for value, _label in group} | {""}
        person = own_person(actor_of(request))
        is_citizen = person.document_kind == Kind.CITIZEN
        who = {"id_number": person.id_number} if is_citizen else {"phone": person.phone or ""}
        try:
            about = about_of(chosen if chosen in known else "")
            ticket = take_at_kiosk(actor_of(request), kiosk_key=counter.kiosk_key, wanted=Wanted(**who, **about))
        except DomainError as error:
            problem = error
        else:
            return redirect("terminal_ticket_taken", terminal.key, ticket.pk)
    context = {"choices": choices, "problem": problem}
    return page(request, terminal, "ticket.html", context, status=problem.http_status if problem else 200)


@require_safe
@at_terminal
def terminal_ticket_taken(request: HttpRequest, terminal: Terminal, ticket_id: UUID) -> HttpResponse:
    """The number, and how many are ahead."""
    counter = counter_at(terminal)
    if counter is None:
        raise CounterNotFound
    ticket = kiosk_ticket(counter, ticket_id)
    place = place_of(counter, ticket) if ticket.state == ticket.State.WAITING else None
    return page(request, terminal, "ticket_taken.html", {"ticket": ticket, "place": place})
