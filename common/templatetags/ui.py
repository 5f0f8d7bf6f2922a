"""The design system's tags and filters, a builtin of every template. They live in ``common.components``.

Forms: ``field``, ``error_summary``, ``button``, ``autosave_status``, ``copy_button``.
At a glance: ``icon``, ``mark``, ``tag``, ``lamp``, ``tally``, ``progress_bar``.
Lists: ``steps``, ``timeline``, ``facts``, ``pairs``, ``breadcrumbs``, ``pagination``, ``empty_state``.
Boxes: ``notice_box … endnotice_box``, ``table_region … endtable_region``, ``message_box``.
Filters: ``masked_name``, ``masked_id``, ``masked_phone``, ``cn_date``, ``cn_datetime``, ``dates_in``, ``money``,
``listed``, ``code_label``, ``action_label``.
"""

from common.components import controls, filters, forms, lists  # noqa: F401  registering is the import's purpose
from common.components.library import register

__all__ = ["register"]
