import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import common.fields
import common.ids

_BATCH = 5_000


def keep_the_wallet_open(apps, schema_editor):
    """Mandates for everything opened the wallet before there was a word about it: they keep it. In small batches."""
    mandates = apps.get_model("identity", "Mandate").objects
    while True:
        batch = list(mandates.filter(scope="all", may_use_wallet=False).values_list("pk", flat=True)[:_BATCH])
        if not batch:
            return
        mandates.filter(pk__in=batch).update(may_use_wallet=True)


class Migration(migrations.Migration):
    # Not one transaction: the indexes of a table in use are built beside it, and the old one goes last.
    atomic = False

    dependencies = [("identity", "0008_privacy")]

    operations = [
        migrations.CreateModel(
            name="CapacityRecord",
            fields=[
                ("id", models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "grade",
                    models.CharField(
                        choices=[("none", "无民事行为能力"), ("limited", "限制民事行为能力"), ("full", "完全民事行为能力")],
                        max_length=8,
                    ),
                ),
                ("reference", common.fields.EncryptedTextField(editable=False)),
                ("original_id", models.CharField(blank=True, default="", max_length=64)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="capacity_records",
                        to="identity.person",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("person",),
                        name="one_open_capacity_record",
                    )
                ],
            },
        ),
        migrations.AddField("mandate", "answer_asked_at", models.DateTimeField(null=True)),
        migrations.AddField("mandate", "expiry_told_days", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("mandate", "may_use_wallet", models.BooleanField(db_default=False, default=False)),
        migrations.AddField(
            "mandate",
            "proof",
            models.CharField(
                blank=True,
                choices=[
                    ("household", "户口簿"),
                    ("birth", "出生医学证明"),
                    ("designation", "居（村）民委员会或民政部门的指定文书"),
                    ("ruling", "法院判决书、裁定书"),
                ],
                db_default="",
                default="",
                max_length=12,
            ),
        ),
        migrations.AddField("mandate", "proof_number", common.fields.EncryptedTextField(editable=False, null=True)),
        migrations.AddField(
            "mandate",
            "renews",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="renewals",
                to="identity.mandate",
            ),
        ),
        migrations.RunPython(keep_the_wallet_open, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS one_live_mandate_or_offer ON identity_mandate"
                    " (principal_id, agent_index) WHERE state = 'accepted' OR (state = 'proposed' AND renews_id IS NULL)",
                    "DROP INDEX CONCURRENTLY IF EXISTS one_live_mandate_or_offer",
                ),
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS one_open_renewal_per_mandate ON identity_mandate"
                    " (renews_id) WHERE state = 'proposed'",
                    "DROP INDEX CONCURRENTLY IF EXISTS one_open_renewal_per_mandate",
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    "mandate",
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state", "accepted"),
                            models.Q(("renews__isnull", True), ("state", "proposed")),
                            _connector="OR",
                        ),
                        fields=("principal", "agent_index"),
                        name="one_live_mandate_or_offer",
                    ),
                ),
                migrations.AddConstraint(
                    "mandate",
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("renews",),
                        name="one_open_renewal_per_mandate",
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint("mandate", "one_live_mandate_per_agent"),
    ]
