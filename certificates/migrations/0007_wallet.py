"""Show codes, shares, counts, reminders and reported errors; the index on last days is built beside running work."""

import common.fields
import common.ids
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('certificates', '0006_locker'),
        ('identity', '0012_forms'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='certificate',
            index=models.Index(condition=models.Q(('state', 'valid')), fields=['valid_until'], name='certificate_ends'),
        ),
        migrations.CreateModel(
            name='ErrorReport',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('state', models.CharField(choices=[('open', '等发证机关答复'), ('corrected', '已更正'), ('explained', '已说明，不更正'), ('withdrawn', '已撤回')], default='open', max_length=10)),
                ('due_on', models.DateField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ExpiryNotice',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('told_days', models.PositiveSmallIntegerField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PublicCheck',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('day', models.DateField()),
                ('count', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='ReportMessage',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('is_issuers', models.BooleanField()),
                ('text', common.fields.EncryptedTextField(editable=False)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Share',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('to', models.CharField(choices=[('phone', '个人（按手机号）'), ('id_number', '个人（按身份证号）'), ('organisation', '单位（按统一社会信用代码）')], max_length=12)),
                ('receiver', common.fields.EncryptedTextField(editable=False)),
                ('receiver_name', common.fields.EncryptedTextField(editable=False)),
                ('receiver_index', common.fields.BlindIndexField(max_length=32, null=True)),
                ('token_digest', common.fields.BlindIndexField(max_length=32, null=True)),
                ('code_digest', common.fields.BlindIndexField(max_length=32, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('purpose_kind', models.CharField(max_length=20)),
                ('purpose', models.CharField(max_length=60)),
                ('until', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ShowCode',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('digest', common.fields.BlindIndexField(max_length=32, unique=True)),
                ('fields', models.JSONField(default=list)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AlterField(
            model_name='disclosure',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='errorreport',
            name='certificate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='error_reports', to='certificates.certificate'),
        ),
        migrations.AddField(
            model_name='errorreport',
            name='corrected_to',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='certificates.certificate'),
        ),
        migrations.AddField(
            model_name='errorreport',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='expirynotice',
            name='certificate',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='expiry_notice', to='certificates.certificate'),
        ),
        migrations.AddField(
            model_name='publiccheck',
            name='certificate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='public_checks', to='certificates.certificate'),
        ),
        migrations.AddField(
            model_name='reportmessage',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reportmessage',
            name='report',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='certificates.errorreport'),
        ),
        migrations.AddField(
            model_name='share',
            name='certificate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='certificates.certificate'),
        ),
        migrations.AddField(
            model_name='share',
            name='grant',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='share', to='certificates.grant'),
        ),
        migrations.AddField(
            model_name='share',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='share',
            name='organisation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.party'),
        ),
        migrations.AddField(
            model_name='showcode',
            name='certificate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='show_codes', to='certificates.certificate'),
        ),
        migrations.AddField(
            model_name='showcode',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='errorreport',
            index=models.Index(fields=['state', 'due_on'], name='error_report_open'),
        ),
        migrations.AddConstraint(
            model_name='errorreport',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('certificate',), name='one_open_error_report'),
        ),
        migrations.AddConstraint(
            model_name='publiccheck',
            constraint=models.UniqueConstraint(fields=('certificate', 'day'), name='public_check_day'),
        ),
        migrations.AddIndex(
            model_name='share',
            index=models.Index(fields=['receiver_index'], name='share_receiver'),
        ),
        migrations.AddIndex(
            model_name='share',
            index=models.Index(condition=models.Q(('organisation__isnull', False)), fields=['organisation'], name='share_organisation'),
        ),
        migrations.AddConstraint(
            model_name='share',
            constraint=models.UniqueConstraint(fields=('token_digest',), name='share_token_once'),
        ),
        migrations.AddConstraint(
            model_name='share',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('organisation__isnull', False), ('to', 'organisation')), models.Q(models.Q(('to', 'organisation'), _negated=True), ('organisation__isnull', True), ('receiver_index__isnull', False)), _connector='OR'), name='share_one_receiver'),
        ),
        migrations.AddIndex(
            model_name='showcode',
            index=models.Index(fields=['expires_at'], name='show_code_over'),
        ),
    ]
