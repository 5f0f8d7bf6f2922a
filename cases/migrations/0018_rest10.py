"""Lists of what is destroyed; a case knows that it is archived. Indexes of large tables are built beside running work."""

import common.ids
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


FORWARD = """
UPDATE cases_case SET archived_at = package.sealed_at FROM cases_archivepackage package
WHERE package.case_id = cases_case.id AND package.state = 'sealed'
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('cases', '0017_talk9'),
        ('certificates', '0011_walk5'),
        ('identity', '0015_app9'),
        ('services', '0019_rest10'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DestructionList',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('state', models.CharField(choices=[('proposed', '待审批'), ('withdrawn', '已撤回'), ('rejected', '未批准'), ('running', '正在销毁'), ('done', '已销毁')], default='proposed', max_length=9)),
                ('total', models.PositiveIntegerField()),
                ('is_cut', models.BooleanField(default=False)),
                ('reason', models.CharField(max_length=500)),
                ('settled_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, default='', max_length=500)),
                ('number', models.CharField(max_length=80, null=True, unique=True, verbose_name='清册编号')),
                ('record', models.FileField(blank=True, upload_to='')),
                ('manifest', models.FileField(blank=True, upload_to='')),
                ('manifest_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='DestructionRow',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('state', models.CharField(choices=[('todo', '待销毁'), ('erasing', '正在删除'), ('done', '已销毁'), ('kept', '留存')], default='todo', max_length=7)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
                ('files', models.JSONField(default=list)),
                ('documents', models.PositiveIntegerField(default=0)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='archivepackage',
            name='destroyed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='archived_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='archivepackage',
            name='state',
            field=models.CharField(choices=[('problem', '未能归档'), ('sealed', '已归档'), ('destroyed', '已销毁')], max_length=9),
        ),
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('receipt', '收件回执'), ('acceptance', '受理通知书'), ('correction', '申请材料补正告知书'), ('not_accepted', '不予受理决定书'), ('not_required', '不受理告知书'), ('approval', '准予决定书'), ('refusal', '不予决定书'), ('special', '特别程序审查期限告知书'), ('extension', '延长办理期限通知书'), ('termination', '终止办理通知书'), ('fee', '缴费通知书'), ('breach_hearing', '拟认定承诺不实告知书'), ('breach', '承诺不实认定书')], max_length=14),
        ),
        migrations.AddConstraint(
            model_name='archivepackage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'destroyed'), _negated=True), models.Q(('destroyed_at__isnull', False), ('file', ''), ('number__isnull', False)), _connector='OR'), name='archive_destroyed_has_none'),
        ),
        migrations.AddField(
            model_name='destructionlist',
            name='department',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department'),
        ),
        migrations.AddField(
            model_name='destructionlist',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='destructionlist',
            name='settled_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='destructionrow',
            name='destruction',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='cases.destructionlist'),
        ),
        migrations.AddField(
            model_name='destructionrow',
            name='package',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.archivepackage'),
        ),
        migrations.AddIndex(
            model_name='destructionlist',
            index=models.Index(fields=['state', 'updated_at'], name='destruction_left'),
        ),
        migrations.AddConstraint(
            model_name='destructionlist',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['proposed', 'running'])), fields=('department',), name='one_destruction_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='destructionlist',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'withdrawn']), models.Q(('settled_by__isnull', False), models.Q(('settled_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='destruction_by_two'),
        ),
        migrations.AddConstraint(
            model_name='destructionlist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(models.Q(('record', ''), _negated=True), models.Q(('manifest', ''), _negated=True), ('number__isnull', False)), _connector='OR'), name='destruction_has_record'),
        ),
        migrations.AddIndex(
            model_name='destructionrow',
            index=models.Index(fields=['destruction', 'state', 'id'], name='destruction_row_todo'),
        ),
        migrations.AddConstraint(
            model_name='destructionrow',
            constraint=models.UniqueConstraint(fields=('destruction', 'package'), name='destruction_row_once'),
        ),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name='archivepackage',
            index=models.Index(condition=models.Q(('state', 'sealed')), fields=['department', 'due_on'], name='archive_due'),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(condition=models.Q(('archived_at__isnull', True), ('closed_at__isnull', False)), fields=['id'], name='case_to_seal'),
        ),
    ]
