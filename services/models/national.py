"""The elements of the national lists that the portal keeps and gives back, and does not itself act on."""

from django.db import models

from services import codes


class NationalElements(models.Model):
    """Columns of up_task_general_basic and _extend, and of GB/T 39046-2020 table 4, beside those that pages use."""

    power_source = models.CharField("权力来源", max_length=1, choices=codes.PowerSource, blank=True, default="")
    body_kind = models.CharField("实施主体性质", max_length=1, choices=codes.BodyKind, blank=True, default="")
    entrusted_by = models.CharField("委托部门", max_length=100, blank=True, default="")
    division = models.CharField("权限划分", max_length=1000, blank=True, default="")
    power_content = models.TextField("行使内容", blank=True, default="")
    promise_note = models.CharField("承诺办结时限说明", max_length=256, blank=True, default="")
    special_procedure = models.CharField("特别程序", max_length=500, blank=True, default="")
    joint_bodies = models.JSONField("联办机构", default=list)  # [{name, code}]
    undertaker = models.CharField("承办机构", max_length=100, blank=True, default="")
    undertaker_code = models.CharField("承办机构代码", max_length=18, blank=True, default="")
    intermediary = models.CharField("中介服务", max_length=2000, blank=True, default="")
    system_level = models.CharField("运行系统层级", max_length=1, choices=codes.SystemLevel, blank=True, default="")
    link_address = models.CharField("计算机端办理地址", max_length=256, blank=True, default="")
    link_single_sign_on = models.BooleanField("计算机端对接单点登录", default=False)
    mobile_address = models.CharField("移动端办理地址", max_length=500, blank=True, default="")
    mobile_single_sign_on = models.BooleanField("移动端对接单点登录", default=False)
    online_address = models.CharField("网办地址", max_length=256, blank=True, default="")
    in_hall = models.BooleanField("进驻政务大厅", default=False)
    by_express = models.BooleanField("支持物流快递", default=False)
    pays_online = models.BooleanField("支持网上支付", default=False)
    takes_appointments = models.BooleanField("支持预约办理", default=False)
    on_terminals = models.BooleanField("支持自助终端办理", default=False)
    result_sample = models.CharField("审批结果样本", max_length=256, blank=True, default="")
    local_themes_person = models.JSONField("自然人地方特色主题", default=list)
    local_themes_org = models.JSONField("法人地方特色主题", default=list)
    town_code = models.CharField("乡镇街道代码", max_length=18, blank=True, default="")
    town_name = models.CharField("乡镇街道", max_length=200, blank=True, default="")
    village_code = models.CharField("村居社区代码", max_length=18, blank=True, default="")
    village_name = models.CharField("村居社区", max_length=200, blank=True, default="")
    cancel_on = models.DateField("计划取消日期", null=True)

    class Meta:
        abstract = True
