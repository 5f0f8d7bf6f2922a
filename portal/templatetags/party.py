"""``{% csrf_token %}`` of every page: beside Django's token it says for whom the form was opened.

People act for several parties in several tabs. Every form has this tag already, so none can forget to say it;
:func:`portal.access.citizen_required` compares.
"""

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.access import OPENED_FOR

register = template.Library()


class FormTokenNode(CsrfTokenNode):
    """Django's token and the party a citizen acted for when the form was rendered."""

    def render(self, context: Any) -> SafeString:
        """Two hidden fields for a citizen, one for everybody else."""
        token = SafeString(super().render(context))
        actor = context.get("actor")
        if not actor or not actor.is_citizen:
            return token
        party = format_html('<input type="hidden" name="{}" value="{}">', OPENED_FOR, actor.principal_id)
        return SafeString(token + party)


@register.tag
def csrf_token(parser: Parser, token: Token) -> FormTokenNode:
    """Protect a form, and bind it to the party."""
    return FormTokenNode()
