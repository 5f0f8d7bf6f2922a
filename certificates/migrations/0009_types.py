"""Versions of certificate types, each type's present content as its first; stock files that are uploaded.

Certificates get an empty column: without a version they are of their type's first one, so no row is rewritten.
"""

import common.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


PARTS = (
    "name", "holder_kind", "template", "seal_caption", "fields", "is_single_instance", "subject_field",
    "validity_months", "validity", "number_pattern", "number_prefix", "retention", "has_sm2_signature",
)


def first_versions(apps, schema_editor):
    """What each type says now becomes its first version, in force."""
    kinds = apps.get_model("certificates", "CertificateType")
    versions = apps.get_model("certificates", "CertificateTypeVersion")
    duties = apps.get_model("certificates", "TypeDuty")
    for kind in kinds.objects.all():
        named = {}
        for right, post in duties.objects.filter(type=kind).values_list("right", "post_id"):
            named.setdefault(right, []).append(str(post))
        content = {name: getattr(kind, name) for name in PARTS}
        content |= {"sequence": kind.type_code[18:], "body": "", "style": ""}
        content["duties"] = {right: sorted(posts) for right, posts in sorted(named.items())}
        kind.first = kind.current = versions.objects.create(
            key=kind.key, type=kind, definer_id=kind.definer_id, version=1, state="published", content=content,
            published_at=timezone.now(),
        )
        kind.save(update_fields=["first", "current"])
    apps.get_model("certificates", "StockImport").objects.filter(finished_at__isnull=False).update(state="done")


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0008_locker2'),
        ('identity', '0012_forms'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='stockimport',
            options={'ordering': ['-id']},
        ),
        migrations.AddField(
            model_name='stockimport',
            name='file',
            field=models.FileField(blank=True, db_default='', upload_to='stock/%Y/%m'),
        ),
        migrations.AddField(
            model_name='stockimport',
            name='holding_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='stockimport',
            name='problem',
            field=models.CharField(blank=True, db_default='', default='', max_length=500),
        ),
        migrations.AddField(
            model_name='stockimport',
            name='report',
            field=models.FileField(blank=True, db_default='', upload_to='stock/%Y/%m'),
        ),
        migrations.AddField(
            model_name='stockimport',
            name='state',
            field=models.CharField(choices=[('checking', '正在检查'), ('checked', '已检查'), ('running', '正在入库'), ('done', '已入库'), ('failed', '没有完成')], db_default='running', default='running', max_length=8),
        ),
        migrations.AddField(
            model_name='stockimport',
            name='total',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name='CertificateTypeVersion',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('submitted_at', models.DateTimeField(null=True)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('key', models.SlugField(max_length=60)),
                ('version', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('draft', '草稿'), ('in_review', '待审核'), ('returned', '已退回'), ('approved', '审核通过'), ('published', '已发布'), ('retired', '已替换'), ('discarded', '已放弃')], default='draft', max_length=10)),
                ('content', models.JSONField(default=dict)),
                ('note', models.CharField(blank=True, default='', max_length=500)),
                ('author', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('base', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='certificates.certificatetypeversion')),
                ('definer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('published_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reviewed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submitted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('type', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='certificates.certificatetype')),
            ],
            options={
                'ordering': ['key', '-version'],
            },
        ),
        migrations.AddField(
            model_name='certificate',
            name='type_version',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='certificates.certificatetypeversion'),
        ),
        migrations.AddField(
            model_name='certificatetype',
            name='current',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='certificates.certificatetypeversion'),
        ),
        migrations.AddField(
            model_name='certificatetype',
            name='first',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='certificates.certificatetypeversion'),
        ),
        migrations.CreateModel(
            name='TypeStep',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('action', models.CharField(max_length=12)),
                ('to_state', models.CharField(max_length=12)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('fields', models.JSONField(default=list)),
                ('note', models.CharField(blank=True, default='', max_length=1000)),
                ('by', models.CharField(max_length=200)),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='history', to='certificates.certificatetypeversion')),
            ],
            options={
                'ordering': ['id'],
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='certificatetypeversion',
            constraint=models.UniqueConstraint(fields=('key', 'version'), name='type_version_once'),
        ),
        migrations.AddConstraint(
            model_name='certificatetypeversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('key',), name='one_published_type'),
        ),
        migrations.AddConstraint(
            model_name='certificatetypeversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('draft', 'in_review', 'returned', 'approved'))), fields=('key',), name='one_open_type_version'),
        ),
        migrations.AddConstraint(
            model_name='certificatetypeversion',
            constraint=models.CheckConstraint(condition=models.Q(('submitted_by__isnull', True), ('reviewed_by__isnull', True), models.Q(('submitted_by', models.F('reviewed_by')), _negated=True), _connector='OR'), name='type_version_two_persons'),
        ),
        migrations.RunPython(first_versions, migrations.RunPython.noop),
    ]
