"""A type's own layout: the small language, what it refuses, and how it is printed."""

import time
from dataclasses import replace

import pytest

from certificates.errors import LayoutInvalid
from certificates.layouts.language import COMMON, MOST_BODY, MOST_STYLE, Layout, check, to_css, to_html
from certificates.layouts.printing import own_part
from certificates.rendering import render_face
from tests.certificates.test_faces import FACE
from tests.documents import page_count, text_of

BODY = '<table><tr><th>经营场所</th><td class="big">{{ place }}</td></tr></table><p if="scope">项目：{{ scope }}</p>'
STYLE = ".big { font-size: 120%; color: #8c1d18 }\n/* 表 */ table td, th { border: 0.2mm solid #999; padding: 1mm }"
KNOWN = ("place", "scope")


def face(body: str = BODY, style: str = STYLE, **values: str):
    return replace(FACE, layout=Layout(body, style), values={"place": "人民路18号𠮷㐱", "scope": "热食", **values})


@pytest.mark.parametrize("template", ["licence", "card", "proof"])
def test_it_is_printed_in_the_room_of_its_look(template):
    pdf = render_face(replace(face(), template=template))
    text = text_of(pdf)
    for part in ("人民路18号𠮷㐱", "项目：热食", FACE.number, FACE.type_name, FACE.issuer_name):
        assert part in text
    assert page_count(pdf) == 1


def test_an_element_for_an_empty_field_is_left_out():
    check(Layout(BODY, STYLE), known=KNOWN)
    assert "项目" not in to_html(Layout(BODY), {"place": "甲"})
    assert "项目：乙" in to_html(Layout(BODY), {"scope": "乙"})


def test_what_does_not_fit_is_shown_as_a_table_and_an_annex():
    crowded = face(scope="热食类食品制售、" * 400)
    assert own_part(crowded) is None
    assert page_count(render_face(crowded)) >= 1
    assert own_part(face()) is not None


def test_values_are_text_only():
    html = to_html(
        Layout("<p>{{ place }}</p>"), {"place": "<img src='file:///etc/passwd'>{{ scope }}\n乙", "scope": "丙"}
    )
    assert "<img" not in html
    assert "丙" not in html
    assert "<br>乙" in html


def test_style_stays_inside_and_classes_get_a_prefix():
    css = to_css(Layout("", STYLE))
    assert all(line.startswith(".own ") for line in css.splitlines())
    assert ".o-big" in css
    assert 'class="o-big"' in to_html(Layout(BODY), {})


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<img src='http://example.org/a.png'>",
        "<a href='file:///etc/passwd'>甲</a>",
        "<link rel='stylesheet' href='x'>",
        "<style>p { color: red }</style>",
        "<iframe></iframe>",
        "<svg><image href='x'/></svg>",
        "<object data='x'></object>",
        "<p style='color: red'>甲</p>",
        "<p onclick='x'>甲</p>",
        "<p class='a\" onclick=\"x'>甲</p>",
        "<td colspan='9999'>甲</td>",
        "<td colspan='²'>甲</td>",
        "<p if='unknown'>甲</p>",
        "<p>{{ unknown }}</p>",
        "<p>{% load x %}</p>",
        "<p>{{ place.x }}</p>",
        "<p>{{ place|safe }}</p>",
        "<!-- 甲 -->",
        "<!DOCTYPE html>",
        "<?php x ?>",
        "<![CDATA[x]]>",
        "<p>甲",
        "甲</p>",
        "<p><b>甲</p></b>",
        "<div>" * 13 + "</div>" * 13,
        "<br>" * 301,
        "{{ place }}" * 121,
        "甲" * (MOST_BODY + 1),
    ],
)
def test_what_is_not_of_the_language_is_refused(body):
    with pytest.raises(LayoutInvalid) as refusal:
        check(Layout(body), known=KNOWN)
    assert set(refusal.value.fields) == {"body"}


@pytest.mark.parametrize(
    "style",
    [
        "@import url(http://example.org/a.css);",
        "@font-face { src: url(x) }",
        "p { background: url(file:///etc/passwd) }",
        "p { background-color: url(x) }",
        "p { position: fixed }",
        "p { content: 'x' }",
        "p { width: calc(1px + 1px) }",
        "p { width: expression(x) }",
        "p { color: \\75rl(x) }",
        "p { font-size: 9999pt }",
        "p { display: run-in }",
        "body { color: red }",
        "* { color: red }",
        "p > b { color: red }",
        "p:before { color: red }",
        "#x { color: red }",
        "p { color }",
        "p { color: red",
        "} p { color: red }",
        "</style><script>x</script>",
        "p { color: red; } </style>",
        ".a {}" * 81,
        "甲" * (MOST_STYLE + 1),
    ],
)
def test_style_that_is_not_of_the_language_is_refused(style):
    with pytest.raises(LayoutInvalid) as refusal:
        check(Layout("", style), known=KNOWN)
    assert set(refusal.value.fields) == {"style"}


def test_the_line_is_told():
    with pytest.raises(LayoutInvalid, match="第 3 行"):
        check(Layout("<p>\n甲</p>\n<b>{{ no }}</b>"), known=KNOWN)


def test_the_largest_layout_prints_in_bounded_time():
    cell = "<td>{{ place }}</td>"
    body = "<table>" + ("<tr>" + cell * 11 + "</tr>") * 10 + "</table>"
    check(Layout(body), known=KNOWN)
    begun = time.perf_counter()
    render_face(face(body, "td { border: 1mm solid #000 }", place="长" * 200))
    assert time.perf_counter() - begun < 30


def test_what_every_certificate_has_can_be_placed():
    body = "".join(f"<p>{{{{ {name} }}}}</p>" for name in COMMON)
    check(Layout(body), known=())
    assert FACE.holder_name in text_of(render_face(face(body, "")))
