"""A trigger function for versioned definitions: what was published keeps its content."""

from django.db import migrations

DO = """
CREATE FUNCTION public.zt_definition_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'draft' AND (NEW.definition IS DISTINCT FROM OLD.definition OR NEW.number <> OLD.number) THEN
    RAISE EXCEPTION 'a published version of % never changes', TG_TABLE_NAME USING ERRCODE = 'raise_exception';
  END IF;
  RETURN NEW;
END $$;
"""
UNDO = "DROP FUNCTION public.zt_definition_is_frozen();"


class Migration(migrations.Migration):
    dependencies = [("core", "0002_triggers")]
    operations = [migrations.RunSQL(DO, UNDO)]
