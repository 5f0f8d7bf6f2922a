"""Stages in order: waiting branches, who has them, and what is written down on the way. Built beside running work."""

import common.fields
import common.ids
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('cases', '0009_queue6'),
        ('identity', '0012_forms'),
        ('services', '0016_routes8'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RouteEntry',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('return', '退回'), ('transfer', '转办'), ('recusal', '回避'), ('comment', '留言'), ('visit', '现场核查记录')], max_length=10)),
                ('author', common.fields.EncryptedTextField(editable=False)),
                ('name', common.fields.EncryptedTextField(default='', editable=False)),
                ('text', common.fields.EncryptedTextField(editable=False)),
                ('detail', common.fields.EncryptedJSONField(default=dict, editable=False)),
            ],
            options={
                'verbose_name_plural': 'route entries',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='VisitPhoto',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('order', models.PositiveSmallIntegerField()),
                ('file', models.FileField(upload_to='visits/%Y/%m')),
                ('media_type', models.CharField(max_length=60)),
                ('sha256', models.CharField(max_length=64)),
            ],
            options={
                'ordering': ['order'],
            },
        ),
        migrations.AddField(
            model_name='branch',
            name='assignee',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='branch',
            name='escalated_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='branch',
            name='escalated_to',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.post'),
        ),
        migrations.AddField(
            model_name='branch',
            name='opened_on',
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name='branch',
            name='state',
            field=models.CharField(choices=[('waiting', '等前一环节'), ('open', '审查中'), ('agreed', '同意'), ('opposed', '不同意')], default='open', max_length=10),
        ),
        AddIndexConcurrently(
            model_name='branch',
            index=models.Index(condition=models.Q(('escalated_at__isnull', True), ('state', 'open')), fields=['due_on'], name='branch_to_escalate'),
        ),
        migrations.AddField(
            model_name='routeentry',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='routeentry',
            name='branch',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='cases.branch'),
        ),
        migrations.AddField(
            model_name='routeentry',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='route_entries', to='cases.case'),
        ),
        migrations.AddField(
            model_name='routeentry',
            name='department',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department'),
        ),
        migrations.AddField(
            model_name='routeentry',
            name='post',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.post'),
        ),
        migrations.AddField(
            model_name='visitphoto',
            name='visit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='cases.routeentry'),
        ),
        migrations.AddConstraint(
            model_name='routeentry',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'return')), fields=('branch',), name='stage_returned_once'),
        ),
        migrations.AddConstraint(
            model_name='routeentry',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'recusal')), fields=('case', 'account'), name='recused_once'),
        ),
        migrations.AddConstraint(
            model_name='visitphoto',
            constraint=models.UniqueConstraint(fields=('visit', 'order'), name='visit_photo_order'),
        ),
    ]
