"""A view of the worklist that the counter's clerks find ready: what is open and due within three working days."""

from cases.lists.actions import save_view
from cases.lists.filters import WorklistFilter
from cases.lists.saved import views_for
from identity.models import Account, PostHolding
from identity.queries import actor_for

_NAME = "三天内到期"


def load() -> int:
    """Give every clerk the view, as their own; returns how many were new."""
    query = WorklistFilter(task="open", promise="soon").query
    role = PostHolding.Role.COUNTER_CLERK
    clerks = Account.objects.filter(holdings__role=role, holdings__is_active=True).distinct()
    made = 0
    for account in clerks:
        actor = actor_for(account)
        if not views_for(actor).filter(name=_NAME).exists():
            save_view(actor, name=_NAME, query=query)
            made += 1
    return made
