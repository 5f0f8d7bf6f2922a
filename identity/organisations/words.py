"""Finding organisations by pieces of their names."""

from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from common.letters import Letters, pieces
from identity.models import Organisation


def named_like(text: str, *, limit: int, or_code: str = "") -> QuerySet[Organisation]:
    """Organisations whose name has every one of the words (parted by spaces) in it, the shortest name first.

    With ``or_code`` those with exactly this credit code too. Nothing but punctuation finds nobody.
    """
    wanted = pieces(text)
    if wanted is None:
        return Organisation.objects.none()
    found = Organisation.objects.annotate(letters=Letters("name"))
    return found.filter(Q(letters=wanted) | Q(uscc=or_code)).order_by(Length("name"), "pk")[:limit]
