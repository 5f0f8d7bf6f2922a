"""A cast whose item has stages in order: documents, then a site visit and a joint review, then an expert's word."""

from django.utils import timezone

from cases.actions import intake, review
from cases.models import Branch, Case
from cases.routes.visit_actions import Visit, record_visit
from identity.actor import Actor
from identity.models import PostHolding
from services.models import ReviewStage
from tests.factories import moves
from tests.factories.cast import Cast, a_member_of_staff

CHECKS = ["布局和图纸一致", "有清洗消毒的地方"]


def lay_route(cast: Cast, **more: list[str]) -> None:
    """docs (scjg) → visit (scjg) and joint (scjg, with fire of xfj) → last (scjg); every limit two days."""
    food, fire = ReviewStage.objects.get(key="food"), ReviewStage.objects.get(key="fire")
    ReviewStage.objects.filter(version=cast.version).delete()
    rows = (
        ("docs", "材料审查", food, {}),
        (
            "visit",
            "现场核查",
            food,
            {"kind": "site_visit", "after": ["docs"], "is_substantive": True, "checklist": CHECKS},
        ),
        ("fire", "消防意见", fire, {"kind": "joint", "lead": "joint"}),
        ("joint", "联合审查", food, {"kind": "joint", "after": ["docs"]}),
        ("last", "综合意见", food, {"after": ["visit", "joint"]}),
    )
    for order, (key, name, former, values) in enumerate(rows, start=1):
        ReviewStage.objects.create(
            version=cast.version,
            key=key,
            name=name,
            order=order,
            department=former.department,
            post=former.post,
            days=2,
            **values,
        )


def a_routed_case(cast: Cast) -> Case:
    """Accepted: only the first stage is open."""
    lay_route(cast)
    return intake.accept(cast.clerk, case_id=moves.a_submitted_case(cast).pk)


def branch_of(case: Case, key: str) -> Branch:
    """A branch as it stands now."""
    return case.branches.select_related("stage").get(stage__key=key)


def states(case: Case) -> dict[str, str]:
    """The state of each branch by its stage."""
    return dict(case.branches.values_list("stage__key", "state"))


def conclude(cast: Cast, case: Case, key: str, *, agreed: bool = True, actor: Actor | None = None, **more: str) -> Case:
    """Give the opinion of a stage."""
    by = actor or (cast.fire if key == "fire" else cast.food)
    sent = {"opinion": "符合" if agreed else "不符合", "second_officer": "周同行", **more}
    return review.review(by, case_id=case.pk, branch_id=branch_of(case, key).pk, agreed=agreed, **sent)


def visit(cast: Cast, case: Case, **more: object) -> Case:
    """Record the site visit."""
    values = {
        "on": timezone.localdate(),
        "present": "店长",
        "second_officer": "周同行",
        "finding": "符合",
        "checks": {0: "met", 1: "none"},
        **more,
    }
    photos = values.pop("photos", ())
    return record_visit(
        cast.food,
        case_id=case.pk,
        branch_id=branch_of(case, "visit").pk,
        visit=Visit(**values),  # type: ignore[arg-type]
        photos=photos,  # type: ignore[arg-type]
    )


def a_second_reviewer(case: Case, key: str = "docs", number: str = "1021") -> Actor:
    """Somebody else in the post of a stage."""
    return a_member_of_staff(number, branch_of(case, key).post, PostHolding.Role.REVIEWER)
