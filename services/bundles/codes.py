"""Code sets of bundles. The life events are the two life cycles of 国办发〔2025〕24号."""

from django.db import models


class Side(models.TextChoices):
    """Whose life it is."""

    PERSON = "person", "个人"
    ORGANISATION = "org", "企业和其他单位"


class LifeEvent(models.TextChoices):
    """阶段: ten of a person's life, six of an enterprise's."""

    BIRTH = "birth", "出生"
    EDUCATION = "education", "教育"
    WORK = "work", "就业"
    LIVING = "living", "生活"
    HOUSING = "housing", "置业"
    TRAVEL = "travel", "出行"
    MEDICAL = "medical", "就医"
    RELIEF = "relief", "救助"
    OLD_AGE = "old_age", "养老"
    DEATH = "death", "身后"
    OPENING = "opening", "准入准营"
    STAFF = "staff", "招聘用工"
    TAXES = "taxes", "纳税缴费"
    OPERATION = "operation", "经营发展"
    PROJECTS = "projects", "工程建设"
    CLOSING = "closing", "注销退出"


EVENTS_OF: dict[str, tuple[LifeEvent, ...]] = {
    Side.PERSON: tuple(LifeEvent)[:10],
    Side.ORGANISATION: tuple(LifeEvent)[10:],
}
