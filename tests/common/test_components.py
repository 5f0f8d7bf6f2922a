"""Each component renders, names what it belongs to, and refuses to be used half."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import TemplateSyntaxError
from django.utils import translation

from common.components.controls import ICONS, MARKS
from tests.common.kitchen import ENGINE, SinkForm, render, render_text

pytestmark = pytest.mark.urls("tests.common.kitchen_urls")
PAGES = ["sink.html", "desk.html", "errors/error.html", "errors/500.html", "errors/503.html"]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_uses_an_inline_style_or_script(page):
    html = render(page)

    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)


@pytest.mark.parametrize("page", PAGES)
def test_ids_are_unique_and_every_reference_finds_its_element(page):
    html = render(page)
    ids = Counter(re.findall(r'\sid="([^"]+)"', html))
    references = re.findall(r'\s(?:for|aria-describedby|aria-labelledby)="([^"]+)"', html)

    assert [name for name, times in ids.items() if times > 1] == []
    assert [name for reference in references for name in reference.split() if name not in ids] == []


@pytest.mark.parametrize(
    "source",
    [
        "{% field form.not_there %}",
        "{% field form.district readonly=True %}",
        '{% field form.shop source="来自营业执照" source_kind="rumour" %}',
        "{% error_summary missing %}",
        "{% button missing %}",
        '{% button "保存" kind="loud" %}',
        '{% icon "unicorn" %}',
        '{% mark "gold" %}',
        '{% tag "" %}',
        '{% tag "草稿" tone="pink" %}',
        '{% lamp "near" "" %}',
        '{% lamp "blue" "剩 1 天" %}',
        "{% steps missing %}",
        "{% timeline missing %}",
        "{% facts missing %}",
        "{% pairs missing %}",
        "{% tally 7 6 %}",
        "{% tally 2 6 seen=5 %}",
        '{% tally "2" 6 %}',
        '{% notice_box "loud" %}x{% endnotice_box %}',
        "{% table_region missing %}x{% endtable_region %}",
        '{% empty_state "还没有办件" missing %}',
        '{% empty_state "还没有办件" "提交后出现在这里" "找事项" %}',
        '{% progress_bar 7 6 "导入" %}',
        "{% progress_bar 1 6 missing %}",
        "{% pagination missing %}",
        "{% breadcrumbs missing %}",
        '{% copy_button missing "复制" %}',
    ],
)
def test_a_missing_or_unknown_argument_is_refused(source):
    with pytest.raises(TemplateSyntaxError):
        render_text(source)


def test_steps_and_entries_without_a_name_or_with_an_unknown_state_are_refused():
    for source, entries in [
        ("{% steps entries %}", [{"label": ""}]),
        ("{% steps entries %}", [{"label": "受理", "state": "perhaps"}]),
        ("{% timeline entries %}", [{"time": date(2026, 11, 20)}]),
        ("{% timeline entries %}", [{"title": "受理", "state": "perhaps"}]),
    ]:
        with pytest.raises(TemplateSyntaxError):
            render_text(source, entries=entries)


def test_a_field_with_several_controls_is_refused():
    class Period(forms.Form):
        between = forms.SplitDateTimeField()

    with pytest.raises(TemplateSyntaxError):
        render_text("{% field form.between %}", form=Period())


def test_a_field_points_to_its_hint_its_error_and_its_source():
    html = render_text('{% field form.area source="来自营业执照" %}')

    assert 'aria-describedby="id_area-hint id_area-error id_area-source"' in html
    assert 'aria-invalid="true"' in html
    assert '<label for="id_area">经营面积（平方米）</label>' in html


def test_a_wrong_number_stays_as_it_was_typed():
    html = render_text("{% field form.area %}")

    assert 'type="text"' in html
    assert 'value="很大"' in html
    assert 'inputmode="decimal"' in html


def test_a_group_of_choices_is_named_by_its_legend_and_explained_by_its_error():
    html = render_text("{% field form.delivery %}")

    assert '<fieldset role="radiogroup" aria-invalid="true" aria-describedby="id_delivery-error">' in html
    assert "<legend>证照怎么取</legend>" in html
    assert html.count('type="radio"') == 3


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_dates_reach_the_picker_in_iso_form_in_every_language(language):
    with translation.override(language):
        html = render_text("{% field filled.opened %}{% field filled.visit %}")

    assert 'type="date" name="opened" value="2026-11-20"' in html
    assert 'type="datetime-local" name="visit" value="2026-11-23T09:30"' in html


def test_an_optional_field_says_so_and_a_required_one_does_not():
    assert "（选填）" in render_text("{% field form.phone %}")
    assert "（选填）" not in render_text("{% field form.shop %}")


def test_a_hidden_field_shows_nothing_but_its_control():
    assert render_text("{% field form.version %}") == ('<input type="hidden" name="version" id="id_version">')


def test_a_file_field_knows_the_limit_of_the_site():
    assert f'data-max-bytes="{settings.UPLOAD_MAX_BYTES}"' in render_text("{% field form.plan %}")


def test_what_a_person_typed_is_escaped():
    form = SinkForm({"shop": "<script>alert(1)</script>"})

    html = render_text("{% field form.shop source=origin %}{% tag name %}", form=form, origin="<b>", name="<i>")

    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;" in html
    assert "&lt;i&gt;" in html


def test_the_error_summary_links_to_the_control_or_to_the_first_choice():
    html = render_text("{% error_summary form %}")

    assert '<a href="#id_area">经营面积（平方米）：' in html
    assert '<a href="#id_delivery_0">' in html
    assert 'tabindex="-1" autofocus' in html
    assert "有 7 处要改" in html


def test_the_error_summary_takes_a_list_and_a_formset():
    html = render_text("{% error_summary entries %}", entries=[("id_x", "请填写店名"), ("", "请稍后再试")])
    formset = forms.formset_factory(SinkForm, extra=0, min_num=1, validate_min=True)(
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-shop": "青禾"}
    )

    assert '<a href="#id_x">请填写店名</a>' in html
    assert "<li>请稍后再试</li>" in html
    assert "#id_form-0-area" in render_text("{% error_summary formset %}", formset=formset)


def test_nothing_wrong_shows_no_error_summary():
    assert render_text("{% error_summary filled %}") == ""


def test_every_mark_says_its_meaning_in_words():
    for kind, (character, meaning, _tone) in MARKS.items():
        html = render_text(f'{{% mark "{kind}" %}}')
        assert f'<span aria-hidden="true">{character}</span>' in html
        assert f'<span class="visually-hidden">{meaning}</span>' in html


def test_the_icon_list_is_what_the_sprite_draws():
    sprite = (Path(settings.BASE_DIR) / "static/img/icons.svg").read_text()

    assert set(re.findall(r'<symbol id="([^"]+)"', sprite)) == ICONS


def test_the_tally_counts_what_is_left_to_hand_in():
    html = render_text("{% tally 2 6 seen=1 %}")

    assert "<b>2</b> <span>份要交，共 6 份</span>" in html
    assert "其余 4 份已有，不用交" in html
    assert '<rect class="free" width="3" height="1"/><rect class="seen" x="3" width="1" height="1"/>' in html
    assert "6 份都已有" in render_text("{% tally 0 6 %}")
    assert "不用交材料" in render_text("{% tally 0 0 %}")


def test_progress_is_shown_in_figures_too():
    html = render_text('{% progress_bar 318 1135 "正在导入" %}')

    assert "318 / 1135" in html
    assert '<progress value="318" max="1135" aria-label="正在导入">' in html
    assert 'max="1"' in render_text('{% progress_bar 0 0 "正在导入" %}')


def test_page_numbers_keep_the_query():
    html = render_text("{% pagination page %}")

    assert 'href="?q=%E9%A4%90%E9%A5%AE&amp;page=10"' in html
    assert "共 431 条" in html
    assert 'aria-current="page"' in html


def test_a_single_page_shows_its_count_and_no_numbers():
    html = render_text("{% pagination page %}", page=Paginator([1, 2], 20).page(1))

    assert "共 2 条" in html
    assert "<ol>" not in html


def test_a_button_with_an_address_is_a_link():
    assert render_text('{% button "返回" kind="quiet" href=url %}', url="/a/?b=1&c=2") == (
        '<a class="button button-quiet" href="/a/?b=1&amp;c=2">返回</a>'
    )
    assert 'name="step" value="0"' in render_text('{% button "保存" name="step" value=0 %}')


def test_dates_and_amounts_are_written_for_people():
    moment = datetime(2026, 11, 20, 6, 2, tzinfo=UTC)
    values = {"day": date(2026, 11, 20), "at": moment, "sum": Decimal("1234.5")}

    shown = render_text("{{ day|cn_date }}，{{ at|cn_datetime }}，{{ sum|money }}", **values)

    assert shown == "2026年11月20日，2026年11月20日 14:02，1,234.50 元"
    assert render_text("{{ none|cn_date }}{{ none|cn_datetime }}{{ none|money }}") == ""
    with translation.override("en"):
        assert render_text("{{ day|cn_date }}", **values) == "20 November 2026"


def test_masks_are_filters_too():
    values = {"name": "张三", "number": "110101199003071234", "phone": "13800000000"}

    shown = render_text("{{ name|masked_name }} {{ number|masked_id }} {{ phone|masked_phone }}", **values)

    assert shown == "张* 1101**********1234 138****0000"


def test_the_layout_shows_for_whom_one_is_acting_and_where_one_is():
    html = render("sink.html")

    assert "正在为 <b>青禾餐饮店</b>（个体工商户）办理" in html
    assert 'href="/my_cases/" aria-current="page"' in html
    assert 'data-mode="standard"' in html
    assert 'class="acting"' not in render("sink.html", acting=None)
    assert 'data-mode="senior"' in render("sink.html", senior_mode=True)


def test_a_visitor_is_offered_sign_in_that_returns_here():
    html = render("sink.html", actor=None)

    assert 'href="/account_login/?next=/page/%3Fq%3D' in html
    assert "退出" not in html


def test_the_workbench_masks_the_name_of_the_clerk():
    html = render("desk.html")

    assert "市场监督管理局 · 食品科 · 李**" in html
    assert "李小青" not in html


@pytest.mark.parametrize(
    ("status", "code", "title"),
    [
        (404, "not_found", "没有找到这一页"),
        (409, "case.state", "这件事的状态已经变了"),
        (403, "forbidden", "您不能看这一页"),
        (403, "csrf_failed", "页面放得太久了"),
        (429, "too_many", "操作太快了"),
        (400, "bad_request", "这个请求我们看不懂"),
        (418, "other", "这一步没有办成"),
    ],
)
def test_an_error_page_says_what_happened_and_what_to_do_and_quotes_the_code(status, code, title):
    html = render(
        "errors/error.html",
        status=status,
        code=code,
        message="这件事已经受理。",
        what_to_do="刷新页面。",
        back_url="/b/",
    )

    assert re.search(rf'<h1 id="error-title">\s*{title}\s*</h1>', html)
    assert re.search(rf"<title>\s*{title}", html)
    for shown in ("这件事已经受理。", "刷新页面。", code, 'href="/b/"'):
        assert shown in html


def test_the_page_of_a_server_fault_needs_nothing_from_the_request():
    html = ENGINE.get_template("errors/500.html").render({})

    assert "是我们的问题，不是您的" in html
