"""What a page that only mentions the fees of a case shows of them, read together with the case: no query more."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, TextField
from django.db.models.functions import Cast, JSONObject

from cases.models import Case, FeeNotice

# Cases are annotated with it as ``fee_glances``.
GLANCES = ArraySubquery(
    FeeNotice.objects.filter(case=OuterRef("pk"))
    .order_by("pk")
    .values(glance=JSONObject(pk="pk", state="state", total=Cast("total", TextField())))
)


@dataclass(frozen=True, slots=True)
class FeeGlance:
    """A fee in short."""

    pk: UUID
    state: FeeNotice.State
    total: Decimal


def glances_at(case: Case) -> list[FeeGlance]:
    """The fees of a case in short; none for a case that was read without :data:`GLANCES`."""
    rows: list[dict[str, str]] = getattr(case, "fee_glances", None) or []
    return [FeeGlance(UUID(row["pk"]), FeeNotice.State(row["state"]), Decimal(row["total"])) for row in rows]


def is_known_free(case: Case) -> bool:
    """Whether a case was read with :data:`GLANCES` and there are none."""
    return getattr(case, "fee_glances", None) == []
