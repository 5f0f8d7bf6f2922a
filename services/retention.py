"""保管期限 of the files of an item's cases: what its version says, else what its kind has.

There are three terms: for ever, thirty and ten years (机关文件材料归档范围和文书档案保管期限规定, 国家档案局令第8号).
The classes by kind are what such a table gives files of these kinds; a department whose approved table says otherwise
for an item writes it into the item's version. A setting is asked only for kinds that are not here.
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


def retention_of(stated: str, *, item_type: str, fallback: Mapping[str, str]) -> Retention:
    """The term that a version states, else the one of its kind, else the setting's (by kind, ``""`` for all others)."""
    return Retention(stated or BY_TYPE.get(item_type) or fallback.get(item_type) or fallback[""])
