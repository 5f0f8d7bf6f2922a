"""证照类型: the list, a type's rules in words, and its sample."""

import pytest
from django.urls import reverse

from certificates.models import CertificateType, TypeDuty
from certificates.samples import sample_face, sample_pdf
from identity.models import Post
from tests.documents import text_of
from tests.factories.cast import a_type, build_cast
from tests.factories.workbench import browser_of
from tests.portal.workbench.test_markup import check


@pytest.fixture
def cast(db):
    return build_cast()


def the_page(cast, kind: CertificateType):
    return browser_of(cast.decider).get(reverse("certificate_type", args=[kind.pk]))


def test_types_are_found_by_name_and_code(cast):
    browser = browser_of(cast.decider)
    page = browser.get(reverse("certificate_types"))
    check(page.content.decode())
    assert len(page.context["rows"]) == 2
    for text, names in (("营业", ["营业执照"]), (cast.food_licence.type_code, ["食品经营许可证"]), ("\x00没有", [])):
        rows = browser.get(reverse("certificate_types"), {"text": text}).context["rows"]
        assert [row["kind"].name for row in rows] == names


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"validity_months": None}, "长期"),
        ({"validity_months": 60}, "60 个月"),
        ({"validity": {"kind": "field", "field": "name"}}, "到照面“名称”写的那天"),
        ({"validity": {"kind": "by_age", "steps": [[16, 60], [None, None]]}}, "不满 16 周岁 60 个月、其他人 长期"),
        ({"subject_field": "address"}, "每个持证人、每个“住所”一张"),
        ({"is_single_instance": False}, "不限"),
        ({"number_pattern": "XK{yyyy}{seq:5}"}, "XK{yyyy}{seq:5}"),
    ],
)
def test_rules_are_told_in_words(cast, values, words):
    page = the_page(cast, a_type("kind", "许可证", cast.scjg, "009", **values))
    check(page.content.decode())
    assert words in dict(page.context["rules"]).values()


def test_named_posts_are_told(cast):
    post = Post.objects.filter(department=cast.scjg).first()
    TypeDuty.objects.create(type=cast.food_licence, right="revoke", post=post)
    duties = dict(the_page(cast, cast.food_licence).context["duties"])
    assert post.name in duties["撤销、吊销"]
    assert duties["签发"] == "发证部门有发证权限的岗位"


def test_a_sample_is_marked_and_takes_long_and_rare(cast):
    kind = CertificateType.objects.select_related("definer__region").get(pk=cast.food_licence.pk)
    face = sample_face(kind, day=kind.created_at.date(), long=True)
    assert "𠮷㐱" in face.holder_name
    text = text_of(sample_pdf(kind, day=kind.created_at.date(), long=True))
    assert "𠮷㐱" in text
    assert "样例" in text
    answer = browser_of(cast.decider).get(reverse("certificate_type_sample", args=[kind.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
