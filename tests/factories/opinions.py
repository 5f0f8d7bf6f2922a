"""A question to the fire station about a case that the food office reviews."""

from typing import Any

from cases.models import Case, OpinionAsked
from cases.opinions.asking import Question, ask_opinion
from identity.actor import Actor
from tests.factories.cast import Cast
from tests.factories.routes import branch_of


def ask(cast: Cast, case: Case, *, actor: Actor | None = None, key: str = "docs", **more: Any) -> OpinionAsked:
    """Ask the fire station from a stage; the newest question."""
    values = {"text": "燃气间能不能设在地下？", "post_ids": [cast.fire.post_id], "days": 3, **more}
    by = actor or cast.food
    branch = branch_of(case, key).pk if key else None
    ask_opinion(by, case_id=case.pk, branch_id=branch, question=Question(**values))
    return OpinionAsked.objects.select_related("request").order_by("-id")[0]
