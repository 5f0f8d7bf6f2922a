"""Stages of a review route have a kind and an order; those there are run side by side as before."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('services', '0015_rest4'),
    ]

    operations = [
        migrations.AddField(
            model_name='reviewstage',
            name='after',
            field=models.JSONField(db_default=[], default=list, verbose_name='等哪些环节'),
        ),
        migrations.AddField(
            model_name='reviewstage',
            name='assignment',
            field=models.CharField(choices=[('shared', '由岗位共办'), ('load', '按工作量分派'), ('person', '由负责人指定')], db_default='shared', default='shared', max_length=10),
        ),
        migrations.AddField(
            model_name='reviewstage',
            name='checklist',
            field=models.JSONField(db_default=[], default=list, verbose_name='核查清单'),
        ),
        migrations.AddField(
            model_name='reviewstage',
            name='kind',
            field=models.CharField(choices=[('review', '部门审查'), ('joint', '联合审查'), ('expert', '专家评审'), ('site_visit', '现场核查'), ('hearing', '听证')], db_default='review', default='review', max_length=12),
        ),
        migrations.AddField(
            model_name='reviewstage',
            name='lead',
            field=models.CharField(blank=True, db_default='', default='', max_length=40, verbose_name='参加哪个联合审查'),
        ),
    ]
