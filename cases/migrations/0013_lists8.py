"""Saved views, jobs over many cases, and the indexes of the lists. Those on large tables are built beside running work."""

import common.ids
import datetime
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('cases', '0012_notify8'),
        ('certificates', '0011_walk5'),
        ('identity', '0014_lists8'),
        ('services', '0015_rest4'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BulkJob',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('accept', '批量受理'), ('notify', '批量通知'), ('export', '导出清单')], max_length=10)),
                ('detail', models.CharField(blank=True, default='', max_length=20)),
                ('state', models.CharField(choices=[('prepared', '待确认'), ('running', '正在办'), ('done', '办完了'), ('stopped', '已停下')], default='prepared', max_length=10)),
                ('total', models.PositiveIntegerField(default=0)),
                ('is_cut', models.BooleanField(default=False)),
                ('stopped_by', models.CharField(blank=True, default='', max_length=60)),
                ('file', models.FileField(blank=True, upload_to='lists/%Y/%m')),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='BulkRow',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('case_version', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('todo', '等待'), ('done', '完成'), ('refused', '没有办')], default='todo', max_length=10)),
                ('code', models.CharField(blank=True, default='', max_length=60)),
                ('message', models.CharField(blank=True, default='', max_length=300)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=30)),
                ('query', models.CharField(blank=True, max_length=500)),
                ('is_default', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.AddField(
            model_name='bulkjob',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bulk_jobs', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bulkjob',
            name='holding',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.postholding'),
        ),
        migrations.AddField(
            model_name='bulkrow',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case'),
        ),
        migrations.AddField(
            model_name='bulkrow',
            name='job',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='cases.bulkjob'),
        ),
        migrations.AddField(
            model_name='savedview',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='savedview',
            name='post',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to='identity.post'),
        ),
        migrations.AddIndex(
            model_name='bulkjob',
            index=models.Index(fields=['state', 'updated_at'], name='bulk_job_left'),
        ),
        migrations.AddIndex(
            model_name='bulkrow',
            index=models.Index(fields=['job', 'state', 'id'], name='bulk_row_todo'),
        ),
        migrations.AddConstraint(
            model_name='bulkrow',
            constraint=models.UniqueConstraint(fields=('job', 'case'), name='bulk_case_once'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(condition=models.Q(('post__isnull', True)), fields=('account', 'name'), name='own_view_once'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(condition=models.Q(('post__isnull', False)), fields=('post', 'name'), name='post_view_once'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('account',), name='one_default_view'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.CheckConstraint(condition=models.Q(('is_default', False), ('post__isnull', True), _connector='OR'), name='default_view_is_own'),
        ),
        AddIndexConcurrently(
            model_name='branch',
            index=models.Index(fields=['department', 'case'], name='branch_department_case'),
        ),
        AddIndexConcurrently(
            model_name='branch',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['post', 'case'], name='branch_open_of_post'),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(condition=models.Q(('state', 'draft'), _negated=True), fields=['department', '-id'], name='case_newest'),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(fields=['department', 'state', '-id'], name='case_of_state'),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(models.F('department'), django.db.models.functions.comparison.Coalesce(models.F('promise_due_on'), models.Value(datetime.date(1, 1, 1), output_field=models.DateField())), django.db.models.functions.comparison.Coalesce(models.F('received_on'), models.Value(datetime.date(1, 1, 1), output_field=models.DateField())), models.F('id'), condition=models.Q(('state__in', ['accepted', 'correcting', 'decided', 'in_review', 'submitted', 'suspended'])), name='case_urgent'),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(models.F('department'), django.db.models.functions.comparison.Coalesce(models.F('statutory_due_on'), models.Value(datetime.date(1, 1, 1), output_field=models.DateField())), django.db.models.functions.comparison.Coalesce(models.F('received_on'), models.Value(datetime.date(1, 1, 1), output_field=models.DateField())), models.F('id'), condition=models.Q(('state__in', ['accepted', 'correcting', 'decided', 'in_review', 'submitted', 'suspended'])), name='case_statute'),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(condition=models.Q(('state', 'draft'), _negated=True), fields=['item_version', '-id'], name='case_of_item'),
        ),
    ]
