"""Where power sits: regions, departments and the posts in them."""

from typing import ClassVar

from django.db import models

from common.models import BaseModel


class Region(BaseModel):
    """An administrative region (GB/T 2260 to county, GB/T 10114 below)."""

    class Level(models.IntegerChoices):
        PROVINCE = 1, "省级"
        CITY = 2, "市级"
        COUNTY = 3, "县级"
        TOWNSHIP = 4, "乡级"
        VILLAGE = 5, "村级"

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=60)
    level = models.PositiveSmallIntegerField(choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["code"]
        indexes = (models.Index(fields=["name"], name="region_name"),)  # written addresses are split by it

    def __str__(self) -> str:
        return self.name


class Department(BaseModel):
    """A body that implements service items. Guardian grants on it say which staff may do what there."""

    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=50)
    region = models.ForeignKey(Region, models.PROTECT, related_name="departments")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["uscc"]
        default_permissions = ()
        # One row for each identity.permissions.Permission granted by department.
        permissions = (
            ("counter", "收件受理"),
            ("review", "审查"),
            ("decide", "作出决定"),
            ("issue_certificate", "签发证照"),
            ("suspend_certificate", "暂扣、恢复、注销证照"),
            ("manage_items", "维护事项"),
            ("supervise", "监督"),
            ("manage_staff", "管理人员和岗位"),
            ("manage_persons", "维护自然人和法人信息"),
            ("manage_clients", "管理接入应用"),
        )

    def __str__(self) -> str:
        return self.name


class Post(BaseModel):
    """A position in a department. Who holds it gets their role's permissions in the departments it serves."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="posts")
    name = models.CharField(max_length=50)
    serves = models.ManyToManyField(Department, related_name="+")  # the bodies it acts for (综合窗口: many)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["department_id", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["department", "name"], name="post_name_once_per_department")
        ]

    def __str__(self) -> str:
        return self.name
