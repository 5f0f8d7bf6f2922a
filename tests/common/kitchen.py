"""Renders pages with every component on them, without the database and without the real surfaces."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.messages import constants as levels
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template.backends.django import DjangoTemplates
from django.test import RequestFactory

ENGINE = DjangoTemplates(
    {
        "NAME": "kitchen",
        "DIRS": [Path(__file__).parent / "pages", Path(settings.BASE_DIR) / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["common.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
            ],
        },
    }
)
LONG_NAME = "示范市高新技术产业开发区管理委员会行政审批局（政务服务管理办公室）综合窗口受理一科"


class SinkForm(forms.Form):
    """One field of every kind."""

    shop = forms.CharField(label="店铺名称")
    phone = forms.CharField(label="联系电话", help_text="办理中有事时打这个电话", required=False)
    area = forms.DecimalField(label="经营面积（平方米）", help_text="按房屋使用证明上的使用面积填")
    seats = forms.IntegerField(label="座位数", required=False)
    opened = forms.DateField(label="开业日期")
    visit = forms.DateTimeField(label="预约时间", widget=forms.DateTimeInput, required=False)
    note = forms.CharField(label="补充说明", widget=forms.Textarea, required=False)
    district = forms.ChoiceField(label="所在区", choices=[("", "请选择"), ("1", "中心区"), ("2", LONG_NAME)])
    delivery = forms.ChoiceField(
        label="证照怎么取",
        choices=[("e", "只要电子证照"), ("post", "寄给我"), ("window", "到综合窗口取")],
        widget=forms.RadioSelect,
    )
    meals = forms.MultipleChoiceField(
        label="经营项目",
        choices=[("hot", "热食类食品制售"), ("cold", "冷食类食品制售"), ("drink", "自制饮品制售")],
        widget=forms.CheckboxSelectMultiple,
    )
    plan = forms.FileField(label="平面布局图", help_text="拍照或 PDF，不超过 20 MB")
    vow = forms.BooleanField(label="我已读懂告知承诺书，承诺内容真实")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


def wrong_form() -> SinkForm:
    """A form sent with hardly anything right."""
    return SinkForm({"shop": "青禾餐饮店", "area": "很大", "opened": "2026-13-01", "phone": "138"})


def filled_form() -> SinkForm:
    """A form as it opens, prefilled."""
    return SinkForm(
        initial={
            "shop": "青禾餐饮店",
            "phone": "13800000000",
            "opened": date(2026, 11, 20),
            "visit": datetime(2026, 11, 23, 9, 30),
            "delivery": "e",
            "meals": ["hot"],
        }
    )


def context(**extra: Any) -> dict[str, Any]:
    """What a surface's context processor supplies, and the entries the components show."""
    values: dict[str, Any] = {
        "SITE_NAME": "示范市政务服务",
        "senior_mode": False,
        "nav": "cases",
        "actor": SimpleNamespace(
            is_citizen=True, is_staff=False, display_name="李小青", post_label="市场监督管理局 · 食品科"
        ),
        "acting": {
            "name": "青禾餐饮店",
            "kind_label": "个体工商户",
            "role_label": "您是经营者",
            "switch_url": "/switch/",
        },
        "messages": [Message(levels.SUCCESS, "已保存。"), Message(levels.ERROR, "没有传上，请再试一次。")],
        "long_name": LONG_NAME,
        "form": wrong_form(),
        "filled": filled_form(),
        "steps_short": [
            {"label": "情形", "state": "done"},
            {"label": "填表", "state": "current"},
            {"label": "材料"},
            {"label": "核对"},
            {"label": "提交"},
        ],
        "steps_long": [
            {"label": "申请", "state": "done", "note": "11月18日"},
            {"label": "受理", "state": "done", "note": "5 日内"},
            {"label": "现场核查", "state": "current", "note": "暂停计时"},
            {"label": "决定", "note": "5 日内"},
            {"label": "发证", "note": "即时"},
        ],
        "history": [
            {"title": "申请人提交", "time": datetime(2026, 11, 18, 1, 12, tzinfo=UTC)},
            {"title": "受理", "time": date(2026, 11, 18), "note": "综合窗口 3 号，计时从 11月19日 起"},
            {"title": "补正通知", "time": date(2026, 11, 19), "state": "warn"},
            {"title": "食品科审查", "time": "11月23日下班前", "state": "next"},
        ],
        "figures": [
            ("承诺办结", "5 个工作日"),
            ("法定办结", "20 个工作日"),
            ("跑动次数", "0 次"),
            ("费用", "不收费"),
            ("上月好评", "98.6%"),
        ],
        "details": [("持有人", "青禾餐饮店"), ("发证机关", LONG_NAME), ("证号", "92511602MA7XXXXX0K")],
        "crumbs": [("首页", "/"), ("市场监督管理局", "/d/"), ("食品经营许可", "")],
        "page": Paginator(range(431), 20).page(9),
        "rows": [(f"511602-20261120-{n:06d}", LONG_NAME if n == 2 else "食品经营许可", n) for n in range(1, 6)],
    }
    return values | extra


def render(template: str, *, path: str = "/page/?q=餐饮&page=9", **extra: Any) -> str:
    """A whole page as text."""
    request = RequestFactory().get(path)
    return ENGINE.get_template(template).render(context(**extra), request)


def render_text(source: str, **extra: Any) -> str:
    """A piece of template as text."""
    return ENGINE.from_string(source).render(context(**extra), RequestFactory().get("/page/?q=餐饮&page=9"))
