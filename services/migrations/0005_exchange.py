"""Exchange tables in and out. Items get nullable columns; their indexes are built while the site goes on."""

import common.ids
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

GUID_ONCE = models.UniqueConstraint(
    fields=["row_guid"], condition=models.Q(row_guid__isnull=False), name="item_row_guid_once"
)


class Migration(migrations.Migration):

    atomic = False
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("services", "0004_items4"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExchangeBatch",
            fields=[
                ("id", models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("kind", models.CharField(choices=[("import", "导入"), ("export", "导出")], max_length=6)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待检查"),
                            ("checking", "正在检查"),
                            ("checked", "已检查"),
                            ("running", "正在进行"),
                            ("done", "已完成"),
                            ("failed", "没有完成"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("format", models.CharField(blank=True, default="", max_length=5)),
                ("holding_id", models.UUIDField(null=True)),
                ("file_name", models.CharField(max_length=200)),
                ("file", models.FileField(blank=True, upload_to="exchange/%Y/%m")),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("last_row", models.BigIntegerField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("problem", models.CharField(blank=True, default="", max_length=1000)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "verbose_name_plural": "exchange batches",
                "indexes": [models.Index(fields=["state", "updated_at"], name="exchange_open")],
            },
        ),
        migrations.CreateModel(
            name="ExchangeRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("table", models.CharField(max_length=40)),
                ("number", models.PositiveIntegerField()),
                ("guid", models.CharField(blank=True, default="", max_length=50)),
                ("parent", models.CharField(blank=True, default="", max_length=50)),
                ("values", models.JSONField(default=dict)),
                ("outcome", models.CharField(blank=True, default="", max_length=10)),
                ("problems", models.JSONField(default=list)),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="services.exchangebatch",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["batch", "id"], name="exchange_row_order"),
                    models.Index(
                        condition=models.Q(("parent", ""), _negated=True),
                        fields=["batch", "parent"],
                        name="exchange_row_parent",
                    ),
                    models.Index(
                        condition=models.Q(("problems", []), _negated=True),
                        fields=["batch", "id"],
                        name="exchange_row_problem",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="directoryentry",
            name="row_guid",
            field=models.CharField(blank=True, default="", max_length=50, verbose_name="记录唯一标识"),
        ),
        migrations.AddField("directoryentry", "row_version", models.PositiveIntegerField(null=True)),
        migrations.AddField(
            "serviceitem", "row_guid", models.CharField(max_length=50, null=True, verbose_name="记录唯一标识")
        ),
        migrations.AddField("serviceitem", "row_version", models.PositiveIntegerField(null=True)),
        migrations.AddField("serviceitem", "row_digest", models.UUIDField(null=True)),
        AddIndexConcurrently("serviceitem", models.Index(fields=["updated_at", "id"], name="item_updated")),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY item_row_guid_once ON services_serviceitem (row_guid) "
                    "WHERE row_guid IS NOT NULL",
                    "DROP INDEX CONCURRENTLY item_row_guid_once",
                )
            ],
            state_operations=[migrations.AddConstraint("serviceitem", GUID_ONCE)],
        ),
    ]
