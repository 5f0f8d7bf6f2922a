"""Entries carry their standing by versions, legal bases name who issued them and since when.

Nothing here rewrites a table: columns come with constant defaults, and the search index that nothing reads any more
(topics took its place in 0003) goes as a whole.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('services', '0008_guides'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='serviceitem',
            name='item_search',
        ),
        migrations.RemoveField(
            model_name='serviceitem',
            name='search',
        ),
        migrations.AddField(
            model_name='directoryversion',
            name='standing',
            field=models.CharField(choices=[('0', '未发布'), ('1', '在用'), ('2', '暂停'), ('3', '取消')], default='1', max_length=1, verbose_name='事项状态'),
        ),
        migrations.AddField(
            model_name='legalbasis',
            name='issuer',
            field=models.CharField(blank=True, default='', max_length=100, verbose_name='颁布机关'),
        ),
        migrations.AddField(
            model_name='legalbasis',
            name='since',
            field=models.CharField(blank=True, default='', max_length=10, verbose_name='实施日期'),
        ),
    ]
