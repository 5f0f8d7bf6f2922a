"""How far a mandate reaches, as a value without database."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """All items, some items by code, or one case by number. Empty fields do not limit.

    ``may_use_wallet``: the principal's wallet and locker are open too, not only what a case takes from them.
    """

    item_codes: frozenset[str] = frozenset()
    case_number: str = ""
    may_use_wallet: bool = False

    @property
    def is_limited(self) -> bool:
        """Whether it is less than everything."""
        return bool(self.item_codes or self.case_number)

    def covers_item(self, code: str) -> bool:
        """Whether a new application for the item with this code is inside."""
        return not self.case_number and (not self.item_codes or code in self.item_codes)

    def covers_case(self, number: str | None, item_code: str) -> bool:
        """Whether an application is inside; a draft has no number."""
        return number == self.case_number if self.case_number else self.covers_item(item_code)
