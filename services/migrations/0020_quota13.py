"""An item of which only so many are granted says how many, what counts, and in which order it is decided."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('services', '0019_rest10'),
    ]

    operations = [
        migrations.AddField(
            model_name='itemversion',
            name='quota_order',
            field=models.CharField(blank=True, choices=[('acceptance', '按受理的先后顺序'), ('other', '法律、行政法规另有规定')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='itemversion',
            name='quota_places',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='itemversion',
            name='quota_counts',
            field=models.CharField(blank=True, choices=[('in_force', '现在有效的证照'), ('year', '当年准予的件数')], db_default='', default='', max_length=8),
        ),
    ]
