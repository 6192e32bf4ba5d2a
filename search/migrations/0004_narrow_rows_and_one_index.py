import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models.functions import Cast


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0003_questions_and_pushes'),
    ]

    operations = [
        # Rows hold what is counted and sorted by; texts and vectors lie apart and are read for the few hits that are
        # shown or ranked. So several times as many rows share a page of the table.
        migrations.RunSQL(
            "ALTER TABLE public.search_searchdocument SET (toast_tuple_target = 256)",
            "ALTER TABLE public.search_searchdocument RESET (toast_tuple_target)",
        ),
        migrations.RemoveIndex(model_name='searchdocument', name='search_vector'),
        migrations.RemoveIndex(model_name='searchdocument', name='search_readers'),
        migrations.AddIndex(
            model_name='searchdocument',
            index=django.contrib.postgres.indexes.GinIndex(fields=['readers', 'vector'], name='search_readers_vector'),
        ),
        # Counts inside the index how many words two texts have in common, instead of in every text that has one of them.
        migrations.RemoveIndex(model_name='fingerprint', name='fingerprint_terms'),
        migrations.AddIndex(
            model_name='fingerprint',
            index=django.contrib.postgres.indexes.GinIndex(
                models.Func(
                    Cast('terms', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                    function='array_to_tsvector',
                ),
                name='fingerprint_lexemes',
            ),
        ),
    ]
