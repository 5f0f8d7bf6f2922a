"""The sheets and their columns, as people see them and as the program names them."""

from dataclasses import dataclass

REGIONS, DEPARTMENTS, POSTS, STAFF, HOLDINGS = "regions", "departments", "posts", "staff", "holdings"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key, its heading, whether every row needs it, and an example for the template."""

    key: str
    heading: str
    example: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its key, its name in the file, and its columns."""

    key: str
    name: str
    columns: tuple[Column, ...]

    def column(self, key: str) -> Column:
        """The column with this key; StopIteration when there is none."""
        return next(column for column in self.columns if column.key == key)


SHEETS = (
    Sheet(
        REGIONS,
        "地区",
        (
            Column("code", "代码", "519902"),
            Column("name", "名称", "示范区"),
            Column("level", "级别", "3"),
            Column("parent", "上级代码", "519900", required=False),
        ),
    ),
    Sheet(
        DEPARTMENTS,
        "部门",
        (
            Column("uscc", "统一社会信用代码", "11519900000000115M"),
            Column("name", "名称", "示范市示范局"),
            Column("short_name", "简称", "示范局"),
            Column("region", "地区代码", "519900"),
        ),
    ),
    Sheet(
        POSTS,
        "岗位",
        (
            Column("department", "部门代码", "11519900000000115M"),
            Column("name", "岗位名称", "受理岗"),
            Column("serves", "服务部门代码", "", required=False),
        ),
    ),
    Sheet(STAFF, "人员", (Column("number", "工号", "SF0001"), Column("name", "姓名", "张示范"))),
    Sheet(
        HOLDINGS,
        "任职",
        (
            Column("number", "工号", "SF0001"),
            Column("department", "部门代码", "11519900000000115M"),
            Column("post", "岗位名称", "受理岗"),
            Column("role", "角色", "综合窗口人员"),
            Column("starts_on", "开始日期", "", required=False),
            Column("ends_on", "结束日期", "", required=False),
        ),
    ),
)
BY_KEY = {sheet.key: sheet for sheet in SHEETS}
BY_NAME = {sheet.name: sheet for sheet in SHEETS}
