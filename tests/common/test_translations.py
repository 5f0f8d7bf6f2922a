"""The catalogue tools, on small sources of their own."""

import gettext

import pytest

from common import translations

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
TITLE = _("我的证照")
def say(n): return ngettext("%(n)d 份", "%(n)d 份们", n) % {"n": n} + pgettext("月份", "三月") + _(TITLE)
"""
TEMPLATE = """
<main title="{% translate '首页' %}"> it's "{ (
      {% blocktranslate count n=total trimmed %}
        共 {{ n }} 项
      {% plural %}
        共 {{ n }} 项们
      {% endblocktranslate %}
  {# Translators: a verb #}
  {% translate "办理" context "动作" %} {{ _("展开")|upper }}
</main>
"""


@pytest.fixture
def source(tmp_path):
    room = tmp_path / "room"
    (room / "templates").mkdir(parents=True)
    (room / "migrations").mkdir()
    (room / "views.py").write_text(PYTHON)
    (room / "migrations" / "0001.py").write_text('_("旧的")')
    (room / "templates" / "page.html").write_text(TEMPLATE)
    return tmp_path


def _extract(source):
    return translations.extract(source, [source / "room"])


def test_strings_of_python_and_templates_are_found_with_contexts_and_plurals(source):
    found = {(message.context, message.id) for message in _extract(source) if message.id}

    assert found == {
        (None, "我的证照"),
        (None, ("%(n)d 份", "%(n)d 份们")),
        ("月份", "三月"),
        (None, "首页"),
        (None, ("共 %(n)s 项", "共 %(n)s 项们")),
        ("动作", "办理"),
        (None, "展开"),
    }


def test_translations_survive_a_refresh_and_vanished_strings_go(source, tmp_path):
    catalog = _extract(source)
    catalog.get("首页").string = "Home"
    catalog.add("没有了", "Gone")
    path = tmp_path / "django.po"
    path.write_text(translations.render(catalog))

    refreshed = translations.merge(_extract(source), translations.read(path))

    assert refreshed.get("首页").string == "Home"
    assert refreshed.get("没有了") is None
    assert translations.render(refreshed) == translations.render(translations.merge(_extract(source), refreshed))


def test_the_file_has_no_line_numbers_and_no_dates(source):
    text = translations.render(_extract(source))

    assert "#: room/views.py\n" in text
    assert "Date" not in text


def test_missing_english_and_wrong_placeholders_are_named(source):
    catalog = _extract(source)
    for message in catalog:
        if message.id:
            message.string = ("one", "many") if isinstance(message.id, tuple) else "text"
    catalog.get("首页").string = ""
    catalog.get("%(n)d 份").string = ("%(m)d copy", "%(m)d copies")

    named = "\n".join(translations.problems(catalog))

    assert "no English text: “首页” (room/templates/page.html)" in named
    assert "“%(n)d 份”" in named
    assert "我的证照" not in named


def test_a_compiled_catalogue_speaks_english(source, tmp_path):
    catalog = _extract(source)
    catalog.get("首页").string = "Home"
    catalog.get("%(n)d 份").string = ("%(n)d copy", "%(n)d copies")
    path = tmp_path / "django.po"
    path.write_text(translations.render(catalog))

    assert translations.compile_catalogue(path) is True
    assert translations.compile_catalogue(path) is False
    with path.with_suffix(".mo").open("rb") as file:
        english = gettext.GNUTranslations(file)
    assert english.gettext("首页") == "Home"
    assert english.ngettext("%(n)d 份", "%(n)d 份们", 2) == "%(n)d copies"
