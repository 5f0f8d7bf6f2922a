"""The key that makes a repeated call one call: the header ``Idempotency-Key``."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from common.errors import Invalid

HEADER = "Idempotency-Key"
_SHORTEST, _LONGEST = 8, 64


class IdempotencyKeyWrong(Invalid):
    """The header is missing where it must be there, or it is no key."""

    code = "api.idempotency_key"
    message = _("请求头 Idempotency-Key 要有 8 到 64 个可打印的英文字符。")
    what_to_do = _("同一次提交重试时用同一个值，另一次提交换一个值，例如 UUID。")


REQUIRED = OpenApiParameter(
    HEADER, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True, description="同一次提交重试时用同一个值"
)
OPTIONAL = OpenApiParameter(HEADER, OpenApiTypes.STR, OpenApiParameter.HEADER, description="同一次操作重试时用同一个值")


def key_of(request: Request, *, required: bool = False) -> str:
    """Return the key of a call, empty without one. Raises :class:`IdempotencyKeyWrong`."""
    key = str(request.headers.get(HEADER, ""))
    if not key and not required:
        return ""
    if not (_SHORTEST <= len(key) <= _LONGEST and key.isascii() and key.isprintable()):
        raise IdempotencyKeyWrong(fields={HEADER: IdempotencyKeyWrong.message})
    return key
