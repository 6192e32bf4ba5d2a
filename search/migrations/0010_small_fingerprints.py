import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Cast

# Fewer bits of a band are a function of more, and a term is mixed with the number of its unit as `search.alike.fingerprints.of_unit`
# does it, so what is there is changed in place. Rows are written anew in their order: none is left behind dead.
SMALLER = """
CREATE TEMP TABLE smaller ON COMMIT DROP AS
SELECT f.document_id, d.unit_id,
       ARRAY(SELECT (((place - 1) << 15) | (band & 32767))::int FROM unnest(f.bands) WITH ORDINALITY AS b(band, place)
              ORDER BY place) AS bands,
       ARRAY(SELECT term # ((d.unit_id % 16 * 2654435769) & 4294967295)::bit(32)::int
               FROM unnest(f.terms) WITH ORDINALITY AS t(term, place) ORDER BY place) AS terms
  FROM public.search_fingerprint f JOIN public.search_searchdocument d ON d.id = f.document_id;
TRUNCATE public.search_fingerprint;
"""
KEPT = """
INSERT INTO public.search_fingerprint (document_id, unit_id, bands, terms)
SELECT document_id, unit_id, bands, terms FROM smaller ORDER BY document_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0009_marks_in_lists'),
        ('units', '0006_units_that_change'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='fingerprint', name='fingerprint_bands'),
        migrations.RemoveIndex(model_name='fingerprint', name='fingerprint_lexemes'),
        migrations.RunSQL(SMALLER, migrations.RunSQL.noop),
        migrations.AddField(
            model_name='fingerprint',
            name='unit',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='units.unit'),
            preserve_default=False,
        ),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='fingerprint',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['bands'], name='fingerprint_bands'),
        ),
        migrations.AddIndex(
            model_name='fingerprint',
            index=django.contrib.postgres.indexes.GinIndex(
                models.Func(
                    Cast('terms', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                    function='array_to_tsvector',
                ),
                fastupdate=False,
                name='fingerprint_lexemes',
            ),
        ),
    ]
