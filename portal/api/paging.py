"""Pages without a total: counting a large list costs more than reading a page of it."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

MAX_LIMIT = 100
MAX_OFFSET = 10_000


class PageQuery(serializers.Serializer):
    """Which page: ``limit`` rows from ``offset``."""

    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=20, help_text="每页条数")
    offset = serializers.IntegerField(min_value=0, max_value=MAX_OFFSET, default=0, help_text="从第几条起，0 是第一条")


def checked(query: type[serializers.Serializer], request: Request) -> Mapping[str, Any]:
    """Return the checked query parameters; the framework answers 400 with the fields for wrong ones."""
    form = query(data=request.query_params.dict())
    form.is_valid(raise_exception=True)
    return form.validated_data


def page_of(rows: Any, *, request: Request, limit: int, offset: int, has_more: bool) -> dict[str, Any]:
    """Return ``{results, next}``; ``next`` is the address of the following page, or None."""
    following = None
    if has_more and offset + limit <= MAX_OFFSET:
        params = request.query_params.copy()
        params["offset"], params["limit"] = str(offset + limit), str(limit)
        following = request.build_absolute_uri(f"{request.path}?{params.urlencode()}")
    return {"results": rows, "next": following}
