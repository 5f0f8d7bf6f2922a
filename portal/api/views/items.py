"""The catalogue, for anybody."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.etags import EntityTagMixin
from portal.api.paging import checked, page_of
from portal.api.serializers.items import GuideOut, ItemPage, ItemQuery
from services import queries


class ItemList(EntityTagMixin):
    """Published items: search and filter."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(operation_id="items_list", parameters=[ItemQuery], responses=ItemPage, summary="查找服务事项")
    def get(self, request: Request) -> Response:
        """Return a page of items, the most fitting first; without ``q`` the most used first."""
        asked = checked(ItemQuery, request)
        items, has_more = queries.list_items(
            asked["q"],
            department=asked.get("department"),
            theme=asked.get("theme"),
            audience=asked.get("audience"),
            limit=asked["limit"],
            offset=asked["offset"],
        )
        page = page_of(items, request=request, limit=asked["limit"], offset=asked["offset"], has_more=has_more)
        return Response(ItemPage(page).data)


class ItemDetail(EntityTagMixin):
    """One item with its guide."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(operation_id="items_read", responses=GuideOut, summary="一个事项的办事指南")
    def get(self, request: Request, item_id: UUID) -> Response:
        """Return the guide; 404 ``services.item_not_found``."""
        return Response(GuideOut(queries.guide(queries.get_item(item_id))).data)
