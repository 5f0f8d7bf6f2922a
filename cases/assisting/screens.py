"""Which window a screen belongs to, by the key it holds."""

from cases.assisting.errors import DisplayUnknown
from cases.assisting.models import WindowDisplay
from common import crypto

CODE, KEY = "display-code", "display-key"  # what the keyed hashes are for


def display_of(key: str) -> WindowDisplay:
    """The display that holds this key; raises :class:`DisplayUnknown`."""
    index = crypto.blind_index(key[:64], purpose=KEY)
    rows = WindowDisplay.objects.select_related("window__hall")
    found = rows.filter(key_index=index, window__is_active=True).first() if key else None
    if found is None:
        raise DisplayUnknown
    return found
