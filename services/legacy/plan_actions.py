"""What becomes of an app: proposed by one person, agreed by a second one, done when it is carried out."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.formatting import code_label
from identity.actor import Actor
from identity.staff.queries import find_staff
from services import events as codes
from services.editing import steps
from services.legacy.actions import lock_app
from services.legacy.errors import LegacyInvalid, PlanExists, PlanNotFound, PlanUnready
from services.legacy.rules import plain_text
from services.legacy.states import OPEN_PLANS, PLAN_MOVES, Decision, PlanAction, PlanState
from services.models import LegacyApp, LegacyFunction, LegacyPlan

_SHORTEST = 5  # characters of a reason
_NOTED = (PlanAction.REFUSE, PlanAction.WITHDRAW)


@transaction.atomic
def propose_plan(actor: Actor, *, app_id: UUID, decision: str, reason: str, owner: str, due_on: dt.date) -> LegacyPlan:
    """Propose to merge, keep or close an app; ``owner`` is the staff number of who will see to it.

    Raises :class:`LegacyInvalid` with the fields, :class:`PlanExists`, ``DateInvalid``, ``Forbidden``. A kept app may
    be thought over again once its plan is done.
    """
    app = lock_app(actor, app_id=app_id)
    held = app.plan
    if held and (held.state in OPEN_PLANS or held.decision != Decision.KEEP):
        raise PlanExists(decision=code_label(held.get_decision_display()), state=code_label(held.get_state_display()))
    account = find_staff(owner)
    problems = {}
    if decision not in Decision.values:
        problems["decision"] = _("请选并入、保留或者关停。")
    if len(plain_text(reason)) < _SHORTEST:
        problems["reason"] = _("请写明理由，至少 %(least)s 个字。") % {"least": _SHORTEST}
    if account is None or not account.is_active:
        problems["owner"] = _("没有这个工号的在职人员。")
    if problems:
        raise LegacyInvalid(fields=problems)
    plan = LegacyPlan(
        app=app,
        decision=decision,
        reason=reason.strip()[:1000],
        owner=account,
        due_on=steps.require_day(due_on, field="due_on"),
        revision=0,
        author_id=actor.account_id,
    )
    _settle(actor, plan, "propose", PlanState.PROPOSED)
    _point(app, plan)
    return plan


@transaction.atomic
def step_plan(actor: Actor, *, plan_id: UUID, action: PlanAction, note: str = "", expected_revision: int) -> LegacyPlan:
    """Agree to a plan, refuse, withdraw or finish it.

    Merging or closing an app takes it offline when it is finished; a merge is finished when every function has its
    items or the reason why there are none. Raises :class:`SamePerson`, :class:`StaleVersion`, :class:`StepNotAllowed`,
    :class:`NoteMissing`, :class:`PlanUnready`, :class:`PlanNotFound`.
    """
    known = LegacyPlan.objects.filter(pk=plan_id).values_list("app_id", flat=True).first()
    if known is None:
        raise PlanNotFound
    app = lock_app(actor, app_id=known)
    plan = LegacyPlan.objects.select_for_update().get(pk=plan_id)
    move = steps.check(actor, plan, action, PLAN_MOVES, expected_revision=expected_revision)
    if action in _NOTED:
        note = steps.require_note(note)
    if action == PlanAction.FINISH:
        _finish(app, plan)
    _settle(actor, plan, action, move.target, note=note)
    if move.target in (PlanState.REFUSED, PlanState.WITHDRAWN):
        earlier = app.plans.filter(state=PlanState.DONE).order_by("-id").first()
        _point(app, earlier)
    return plan


def _finish(app: LegacyApp, plan: LegacyPlan) -> None:
    if plan.decision == Decision.KEEP:
        plan.finished_on = timezone.localdate()
        return
    waiting = app.functions.filter(mapping=LegacyFunction.Mapping.OPEN).count()
    if waiting and plan.decision == Decision.MERGE:
        raise PlanUnready(count=waiting)
    plan.finished_on = timezone.localdate()
    app.status = LegacyApp.Status.CLOSED
    app.revision += 1
    app.save()


def _point(app: LegacyApp, plan: LegacyPlan | None) -> None:
    app.plan = plan
    app.save()


def _settle(actor: Actor, plan: LegacyPlan, action: str, target: str, *, note: str = "") -> None:
    steps.settle(
        actor,
        plan,
        action,
        target,
        event=codes.LEGACY_PLAN_STEP,
        note=note,
        app=str(plan.app_id),
        decision=plan.decision,
    )
