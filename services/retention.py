"""保管期限 of the files of an item's cases: what its version says, else what its kind has.

There are three terms: for ever, thirty and ten years (机关文件材料归档范围和文书档案保管期限规定, 国家档案局令第8号).
The classes by kind are what such a table gives files of these kinds. A city whose approved table says otherwise for a
kind puts that into the setting; a department whose table does for an item, into the item's version.
"""

from collections.abc import Mapping

from services.codes import ItemType, Retention

BY_TYPE: Mapping[str, Retention] = {
    ItemType.LICENCE: Retention.THIRTY,
    ItemType.PENALTY: Retention.THIRTY,
    ItemType.COERCION: Retention.THIRTY,
    ItemType.LEVY: Retention.TEN,
    ItemType.BENEFIT: Retention.TEN,
    ItemType.INSPECTION: Retention.TEN,
    ItemType.CONFIRMATION: Retention.THIRTY,
    ItemType.REWARD: Retention.THIRTY,
    ItemType.RULING: Retention.PERMANENT,
    ItemType.PUBLIC_SERVICE: Retention.TEN,
}


def retention_of(stated: str, *, item_type: str, city: Mapping[str, str]) -> Retention:
    """What a version states, else the setting for its kind, else the kind's term, else the setting for all others."""
    return Retention(stated or city.get(item_type) or BY_TYPE.get(item_type) or city[""])
