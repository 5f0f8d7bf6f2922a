"""Verdicts on documents, where they came from, and what became of their files. Indexes are built beside running work."""

import common.ids
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('certificates', '0005_register'),
        ('identity', '0012_forms'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('outcome', models.CharField(choices=[('matched', '与原件一致'), ('disputed', '有异议')], max_length=8)),
                ('method', models.CharField(choices=[('original', '当面核对原件'), ('review', '审查时发现')], max_length=8)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
                ('sha256', models.CharField(max_length=64)),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.AddField(
            model_name='document',
            name='disputed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='document',
            name='erased_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='document',
            name='pages',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name='document',
            name='scan',
            field=models.CharField(choices=[('clean', '已检查'), ('waiting', '正在检查')], db_default='clean', default='clean', max_length=8),
        ),
        migrations.AddField(
            model_name='document',
            name='source',
            field=models.CharField(choices=[('upload', '本人上传'), ('counter', '窗口扫描')], db_default='upload', default='upload', max_length=8),
        ),
        migrations.AddField(
            model_name='document',
            name='verified_post',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.post'),
        ),
        AddIndexConcurrently(
            model_name='document',
            index=models.Index(fields=['file'], name='document_file'),
        ),
        AddIndexConcurrently(
            model_name='document',
            index=models.Index(condition=models.Q(('erased_at__isnull', True)), fields=['removed_at'], name='document_to_erase'),
        ),
        AddIndexConcurrently(
            model_name='document',
            index=models.Index(condition=models.Q(('scan', 'waiting')), fields=['created_at'], name='document_to_scan'),
        ),
        AddIndexConcurrently(
            model_name='document',
            index=models.Index(condition=models.Q(('disputed_at__isnull', False)), fields=['disputed_at'], name='document_disputed'),
        ),
        migrations.AddField(
            model_name='verdict',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='verdict',
            name='department',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department'),
        ),
        migrations.AddField(
            model_name='verdict',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='verdicts', to='certificates.document'),
        ),
        migrations.AddField(
            model_name='verdict',
            name='post',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.post'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'disputed'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='dispute_has_a_reason'),
        ),
    ]
