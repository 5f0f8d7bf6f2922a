"""What waits for a post beside its cases: changed proofs, people's questions, what others ask its opinion on."""

from dataclasses import dataclass

from django.db.models import Value

from cases.changes import tasks_for
from cases.consultation.queries import to_answer
from cases.opinions.queries import waiting_rows
from identity.actor import Actor

_CAP = 100  # nobody counts further


@dataclass(frozen=True, slots=True)
class Beside:
    """How many there are, ``_CAP`` of each at most."""

    changes: int = 0
    questions: int = 0
    opinions: int = 0


def waiting_beside(actor: Actor) -> Beside:
    """Count all for this very post (one query)."""
    if not actor.is_staff:
        return Beside()
    changes = tasks_for(actor).order_by().annotate(what=Value("change")).values_list("what")[:_CAP]
    questions = to_answer(actor).order_by().annotate(what=Value("question")).values_list("what")[:_CAP]
    opinions = waiting_rows(actor).order_by().annotate(what=Value("opinion")).values_list("what")[:_CAP]
    found = [what for (what,) in changes.union(questions, opinions, all=True)]
    return Beside(found.count("change"), found.count("question"), found.count("opinion"))
