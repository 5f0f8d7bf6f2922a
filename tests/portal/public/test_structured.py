"""What search engines get: every guide that is shown in the sitemap, and each as a GovernmentService."""

import json
import re
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from services.search import reindex
from tests.factories.catalogue import an_item

pytestmark = pytest.mark.django_db
_SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(address: str) -> list[str]:
    answer = Client().get(address)
    assert answer.headers["Content-Type"].startswith(("application/xml", "text/xml"))
    return [one.text or "" for one in ElementTree.fromstring(answer.content).iter(f"{_SPACE}loc")]


def told(item) -> dict:
    page = Client().get(reverse("item_guide", args=[item.pk])).content.decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_the_sitemap_leads_to_every_guide_and_to_no_other_item():
    shown = an_item("营业执照申领")
    hidden = an_item("取消了的事项", main="31002")
    hidden.state = "3"
    hidden.save()
    reindex([hidden])
    assert locations("/sitemap.xml") == ["http://testserver/sitemap-1.xml"]
    assert locations("/sitemap-1.xml") == [f"http://testserver{reverse('item_guide', args=[shown.pk])}"]
    assert Client().get("/sitemap-2.xml").status_code == 404


def test_a_guide_says_what_it_is_who_offers_it_and_where():
    item = an_item(
        "营业执照申领",
        audience=["1", "2"],
        is_applicable_online=True,
        summary="开店先办它",
        hall_place="市民中心一楼",
        consult_phone="0000-12345",
        result_name="营业执照",
    )
    said = told(item)
    assert (said["@type"], said["name"], said["identifier"]) == ("GovernmentService", "营业执照申领", item.code)
    assert said["provider"]["name"] == item.department_name
    assert said["areaServed"] == {"@type": "AdministrativeArea", "name": "示范市", "identifier": "519900"}
    assert [one["audienceType"] for one in said["audience"]] == ["自然人", "企业法人"]
    assert said["serviceOutput"]["name"] == "营业执照"
    assert {"serviceUrl", "serviceLocation"} <= {key for channel in said["availableChannel"] for key in channel}


def test_nothing_in_a_name_ends_the_data_block():
    item = an_item("</script><script>alert(1)</script>")
    page = Client().get(reverse("item_guide", args=[item.pk])).content.decode()
    assert "<script>alert(1)" not in page
    assert told(item)["name"] == "</script><script>alert(1)</script>"
