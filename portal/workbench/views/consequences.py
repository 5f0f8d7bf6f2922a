"""What a proof's change means: tasks for reviewers, decisions that were made on it, where it came from."""

from uuid import UUID

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cases import changes, decided
from cases.provenance import provenance
from certificates import queries
from certificates.errors import DocumentNotFound
from certificates.models import Certificate, Document
from certificates.verdicts import disputes_about
from portal.access import actor_of, staff_required
from portal.workbench.pages import page_of, show
from portal.workbench.show.provenance_picture import draw
from portal.workbench.views.certificates import state_of


@require_safe
@staff_required
def change_list(request: HttpRequest) -> HttpResponse:
    """Proofs of open cases that changed and that this post has to look into."""
    page = page_of(request, changes.tasks_for(actor_of(request)))
    return show(request, "workbench/changes.html", {"page": page}, nav="worklist")


@require_safe
@staff_required
def certificate_decisions(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The decisions that were made on a certificate the post's department issued."""
    certificate = queries.get_certificate(actor_of(request), certificate_id)
    page = page_of(request, decided.decided_on(certificate))
    context = {"certificate": certificate, **state_of(certificate)}
    return _decisions(request, certificate, page, context, nav="certificates")


@require_safe
@staff_required
def document_decisions(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The decisions that were made on a document whose comparison by the post's department is disputed."""
    document = disputes_about(actor_of(request)).filter(pk=document_id).first()
    if document is None:
        raise DocumentNotFound
    page = page_of(request, decided.decided_on_document(document))
    return _decisions(request, document, page, {"document": document}, nav="management")


def _decisions(
    request: HttpRequest, proof: Certificate | Document, page: Page, context: dict[str, object], *, nav: str
) -> HttpResponse:
    rows = decided.show(actor_of(request), proof, list(page.object_list), page=page.number)
    return show(request, "workbench/decisions.html", {"page": page, "rows": rows, **context}, nav=nav)


@require_safe
@staff_required
def certificate_provenance(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Where a certificate came from and what came of it, as a picture and as a table."""
    found = provenance(actor_of(request), certificate_id)
    context = {
        "certificate": found.certificate,
        "found": found,
        "pictures": [draw(found, is_wide=True), draw(found, is_wide=False)],
        **state_of(found.certificate),
    }
    return show(request, "workbench/provenance.html", context, nav="certificates")
