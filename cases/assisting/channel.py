"""Which way an application came in, in the words that are signed and printed, and what was written by hand."""

from cases.assisting import handwriting
from cases.assisting.models import Assistance
from identity.actor import Actor


def channel_of(actor: Actor) -> dict[str, str]:
    """``{"channel": …}`` for what a clerk filled in at a window, with the digest of the name if the person wrote it on
    the display; nothing for who hands in by themselves.
    """
    if actor.assistance_id is None:
        return {}
    lines = Assistance.objects.values_list("handwriting", flat=True).get(pk=actor.assistance_id)
    written = handwriting.digest(lines)
    return {"channel": actor.assisted_at, **({"handwriting": written} if written else {})}
