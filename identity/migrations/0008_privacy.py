"""Copies of one's data, corrections, closed accounts. ``locked_at`` is nullable: no rewrite of a large table."""

import common.fields
import common.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0007_persons'),
    ]

    operations = [
        migrations.AddField(
            model_name='person',
            name='locked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='AccountClosure',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('state', models.CharField(choices=[('pending', '可以反悔'), ('done', '已注销'), ('reopened', '已恢复')], default='pending', max_length=10)),
                ('erase_after', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('erased', models.PositiveIntegerField(default=0)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closures', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['state', 'erase_after'], name='closure_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['pending', 'done'])), fields=('account',), name='one_closure_per_account')],
            },
        ),
        migrations.CreateModel(
            name='CorrectionRequest',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('subject', models.CharField(choices=[('name', '姓名'), ('id_number', '证件号码'), ('address', '住址'), ('certificate', '证照上的内容'), ('other', '其他信息')], max_length=12)),
                ('certificate_id', models.CharField(blank=True, default='', max_length=64)),
                ('certificate_name', models.CharField(blank=True, default='', max_length=200)),
                ('current', common.fields.EncryptedTextField(editable=False)),
                ('wanted', common.fields.EncryptedTextField(editable=False)),
                ('reason', common.fields.EncryptedTextField(default='', editable=False)),
                ('proof_id', models.CharField(blank=True, default='', max_length=64)),
                ('state', models.CharField(choices=[('received', '已收到'), ('passed', '来源部门核实中'), ('corrected', '已更正'), ('refused', '不予更正'), ('withdrawn', '已撤回')], default='received', max_length=10)),
                ('due_on', models.DateField(null=True)),
                ('passed_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('answer', common.fields.EncryptedTextField(default='', editable=False)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('handled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='identity.person')),
                ('source', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['person', '-id'], name='correction_person'), models.Index(fields=['state', 'due_on'], name='correction_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['received', 'passed'])), fields=('person', 'subject', 'certificate_id'), name='one_open_correction')],
            },
        ),
        migrations.CreateModel(
            name='DataExport',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('state', models.CharField(choices=[('waiting', '正在准备'), ('ready', '可以下载'), ('failed', '没有做成'), ('erased', '已删除')], default='waiting', max_length=10)),
                ('file', models.FileField(blank=True, upload_to='exports/%Y/%m')),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('ready_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('downloaded_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exports', to='identity.party')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['state', 'expires_at'], name='export_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'ready'])), fields=('party',), name='one_export_at_a_time')],
            },
        ),
    ]
