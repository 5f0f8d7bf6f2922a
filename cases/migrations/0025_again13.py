"""A second correction notice, which a supervisor allows, stands beside the first; its guard is built beside running work."""

from django.db import migrations, models
from django.db.models import Q

_ONCE = ["acceptance", "correction", "not_accepted", "approval", "refusal", "extension"]
_WHERE = "WHERE kind IN ('acceptance', 'correction', 'not_accepted', 'approval', 'refusal', 'extension')"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('cases', '0024_renew13'),
    ]

    operations = [
        migrations.AddField(
            model_name='notice',
            name='is_repeated',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS notice_once_and_again ON cases_notice"
                    f" (case_id, kind, is_repeated) {_WHERE}",
                    "DROP INDEX CONCURRENTLY IF EXISTS notice_once_and_again",
                ),
                # On the way back a case with two notices stops it: nothing is thrown away.
                migrations.RunSQL(
                    "DROP INDEX CONCURRENTLY IF EXISTS notice_once",
                    f"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS notice_once ON cases_notice (case_id, kind) {_WHERE}",
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name='notice',
                    constraint=models.UniqueConstraint(condition=Q(kind__in=_ONCE), fields=('case', 'kind', 'is_repeated'), name='notice_once_and_again'),
                ),
                migrations.RemoveConstraint(model_name='notice', name='notice_once'),
            ],
        ),
    ]
