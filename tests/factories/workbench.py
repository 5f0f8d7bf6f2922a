"""Cases at each station of their way, and signed-in browsers for the cast."""

import re
from uuid import uuid4

from django.test import Client

from cases.actions import drafts, intake, review, submission
from cases.models import Branch, Case, CaseMaterial
from common.ids import uuid7
from identity.actor import Actor
from identity.models import Account
from services.models import ServiceItem
from tests.factories.cast import Cast, a_picture


def a_submitted_case(cast: Cast, *, item: ServiceItem | None = None) -> Case:
    """A case of the shop: licence from the store, plan and premises proof uploaded, the rules promised."""
    case = drafts.start_draft(cast.citizen, item_id=(item or cast.item).pk)
    drafts.save_answers(cast.citizen, case_id=case.pk, step_key="shop", raw={"org.name": "青禾餐饮店", "area": "60"})
    for row in CaseMaterial.objects.filter(case=case, requirement__key__in=["premises", "plan"]):
        drafts.upload_material(cast.citizen, case_id=case.pk, material_id=row.pk, upload=a_picture())
    rules = CaseMaterial.objects.get(case=case, requirement__key="rules")
    drafts.promise_material(cast.citizen, case_id=case.pk, material_id=rules.pk)
    return submission.submit(cast.citizen, case_id=case.pk, declared=True)


def an_accepted_case(cast: Cast) -> Case:
    """A case under review in both departments."""
    return intake.accept(cast.clerk, case_id=a_submitted_case(cast).pk)


def a_reviewed_case(cast: Cast, *, agreed: bool = True) -> Case:
    """A case that waits for the decision: originals seen, both branches done."""
    case = an_accepted_case(cast)
    for row in CaseMaterial.objects.filter(case=case, document__grade="C"):
        review.see_original(cast.clerk, case_id=case.pk, material_id=row.pk)
    for actor in (cast.food, cast.fire):
        branch = Branch.objects.get(case=case, post_id=actor.post_id)
        case = review.review(
            actor, case_id=case.pk, branch_id=branch.pk, agreed=agreed, opinion="查过了", second_officer="王核查"
        )
    return case


def browser_of(actor: Actor) -> Client:
    """A browser in which this actor is signed in."""
    client = Client()
    client.force_login(Account.objects.get(pk=actor.account_id), backend="identity.backends.PhoneOrIdBackend")
    return client


def sent(case: Case, **fields: object) -> dict[str, object]:
    """What the form of an action sends: its hidden fields as rendered now, and ``fields``."""
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    return {"request_key": str(uuid7()), "version": version, **fields}


def hidden_fields(html: str) -> dict[str, str]:
    """The hidden fields of the first form on a page that carries a request key."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html)
    return dict(found)


def unknown_id() -> str:
    """An id that belongs to nothing."""
    return str(uuid4())
