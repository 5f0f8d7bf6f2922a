"""The catalogue, for anybody."""

from typing import Any

from django.http import HttpResponseRedirect
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.etags import EntityTagMixin
from portal.api.paging import checked
from portal.api.serializers.items import FormOut, GuideOut, ItemPage, ItemQuery, VersionOut
from services import listing, queries
from services.listing import Wanted
from services.schemas import form_schema

_EXAMPLE = OpenApiExample(
    "一页",
    response_only=True,
    value={
        "results": [
            {
                "id": "019ab4c2-5f1e-7a50-9d0e-6f1f0a3c2b11",
                "code": "11519900000000118U3510131012001",
                "task_code": "11519900000000118U3510131012001",
                "local_code": "",
                "catalog_code": "510131012001",
                "name": "食品经营许可（首次申请）",
                "summary": "开餐馆、卖食品之前先办这张证。",
                "department": "示范市市场监督管理局",
                "region": "519900",
                "item_type": "01",
                "item_type_label": "行政许可",
                "state": "1",
                "audience": ["1", "2"],
                "is_applicable_online": True,
                "online_depth": ["4"],
                "version": 2,
                "updated_at": "2026-11-20T09:30:00+08:00",
                "statutory_limit": {"days": 20, "unit": "W"},
                "promised_limit": {"days": 7, "unit": "W"},
                "visits": 0,
            }
        ],
        "next": "https://onestop.example/api/v1/items?cursor=WzEyLCAiMDE5YWI0YzIifQ&limit=20",
    },
)


class PublicRead(EntityTagMixin):
    """Anybody may read; who they are is not asked."""

    authentication_classes = ()
    permission_classes = ()


class ItemList(PublicRead):
    """Published items: search and filter."""

    @extend_schema(
        operation_id="items_list",
        parameters=[ItemQuery],
        responses=ItemPage,
        summary="查找服务事项",
        examples=[_EXAMPLE],
    )
    def get(self, request: Request) -> Response:
        """Return a page of items: with ``q`` the most fitting first, with ``updated_since`` the longest unchanged
        first, else the most used first. Nothing is counted; ``next`` leads to the following page.
        """
        asked = dict(checked(ItemQuery, request))
        limit, cursor = asked.pop("limit"), asked.pop("cursor")
        page = listing.list_items(
            Wanted(item_type=asked.pop("type", None), depth=asked.pop("online_depth", None), **asked),
            cursor=cursor,
            limit=limit,
        )
        return Response(ItemPage({"results": page.items, "next": _next(request, page.cursor)}).data)


def _next(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    params = request.query_params.copy()
    params["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{params.urlencode()}")


class ItemDetail(PublicRead):
    """One item with its guide."""

    @extend_schema(operation_id="items_read", responses=GuideOut, summary="一个事项的办事指南，含全部要素")
    def get(self, request: Request, item_code: str) -> Response:
        """Return every element; ``item_code`` is any code of the item or its id. 404 ``services.item_not_found``."""
        return Response(GuideOut(queries.guide(listing.get_by_code(item_code))).data)


class ItemForm(PublicRead):
    """What the application form of an item asks."""

    @extend_schema(operation_id="items_form", responses=FormOut, summary="一个事项的申请表，JSON Schema")
    def get(self, request: Request, item_code: str) -> Response:
        """Return the questions that decide what applies, and the schema of all answers of the version in force."""
        guide = queries.guide(listing.get_by_code(item_code))
        version = guide.version
        form = {"version": version.version, "situations": guide.situations, "form": form_schema(version)}
        return Response(FormOut(form).data)


class ItemVersions(PublicRead):
    """The versions of an item that are or were in force."""

    @extend_schema(operation_id="items_versions", responses=VersionOut(many=True), summary="一个事项的各版本")
    def get(self, request: Request, item_code: str) -> Response:
        """Return versions, the newest first; of a cancelled item, too."""
        item = listing.get_by_code(item_code, with_cancelled=True)
        return Response(VersionOut(listing.public_versions(item), many=True).data)


class ItemVersionDetail(PublicRead):
    """What one version of an item says or said."""

    @extend_schema(operation_id="items_version_read", responses=GuideOut, summary="一个版本的全部要素")
    def get(self, request: Request, item_code: str, version_number: int) -> Response:
        """Return every element of a version; 404 ``services.version_not_found``."""
        item = listing.get_by_code(item_code, with_cancelled=True)
        return Response(GuideOut(queries.version_guide(item, min(version_number, 2**31 - 1))).data)


@extend_schema(exclude=True)
class WithoutSlash(APIView):
    """The same address with a slash at its end."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseRedirect:
        """Lead to the address without it."""
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(request.path.rstrip("/") + (f"?{query}" if query else ""))
