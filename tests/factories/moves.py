"""Bring a case of the cast as far as a test needs it."""

from cases.actions import decision, drafts, intake, review, submission
from cases.models import Case
from tests.factories.cast import Cast, a_picture


def a_draft(cast: Cast) -> Case:
    """A draft with its form filled in."""
    case = drafts.start_draft(cast.citizen, item_id=cast.item.pk)
    case, problems = drafts.save_answers(
        cast.citizen, case_id=case.pk, step_key="shop", raw={"org.name": "青禾餐饮店", "area": "80", "note": ""}
    )
    assert problems == {}
    return case


def a_ready_draft(cast: Cast) -> Case:
    """A draft with every material."""
    case = a_draft(cast)
    rows = {row.requirement.key: row for row in case.materials.select_related("requirement")}
    for key in ("premises", "plan"):
        drafts.upload_material(cast.citizen, case_id=case.pk, material_id=rows[key].pk, upload=a_picture())
    drafts.promise_material(cast.citizen, case_id=case.pk, material_id=rows["rules"].pk)
    return Case.objects.get(pk=case.pk)


def a_submitted_case(cast: Cast) -> Case:
    """Waiting for acceptance."""
    return submission.submit(cast.citizen, case_id=a_ready_draft(cast).pk, declared=True)


def an_accepted_case(cast: Cast) -> Case:
    """In review, both branches open."""
    return intake.accept(cast.clerk, case_id=a_submitted_case(cast).pk)


def a_reviewed_case(cast: Cast) -> Case:
    """Both branches agree, originals seen: ready for the decision."""
    case = an_accepted_case(cast)
    see_originals(cast, case)
    for key, actor, officer in (("food", cast.food, "周同行"), ("fire", cast.fire, "")):
        branch = case.branches.get(stage__key=key)
        review.review(actor, case_id=case.pk, branch_id=branch.pk, agreed=True, opinion="符合", second_officer=officer)
    return Case.objects.get(pk=case.pk)


def see_originals(cast: Cast, case: Case) -> None:
    """Compare every grade C upload with its original."""
    for row in case.materials.filter(document__grade="C"):
        review.see_original(cast.clerk, case_id=case.pk, material_id=row.pk)


def an_approved_case(cast: Cast) -> Case:
    """Decided, with its certificate in the register."""
    return decision.approve(cast.decider, case_id=a_reviewed_case(cast).pk)
