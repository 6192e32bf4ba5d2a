"""What was published stays published: it retires and changes in nothing else, and it is never deleted.

Before, its state could be set back to draft, and a draft may change. Who published it may leave the table of users.
"""

from django.db import migrations

DO = """
CREATE OR REPLACE FUNCTION public.zt_definition_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may_change CONSTANT text[] := ARRAY['state', 'changed_by_id'];
BEGIN
  IF OLD.state <> 'draft' AND (
    TG_OP = 'DELETE' OR NEW.state NOT IN (OLD.state, 'retired')
    OR to_jsonb(NEW) - may_change IS DISTINCT FROM to_jsonb(OLD) - may_change
  ) THEN
    RAISE EXCEPTION 'a published version of % never changes', TG_TABLE_NAME USING ERRCODE = 'raise_exception';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
"""
UNDO = """
CREATE OR REPLACE FUNCTION public.zt_definition_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'draft' AND (NEW.definition IS DISTINCT FROM OLD.definition OR NEW.number <> OLD.number) THEN
    RAISE EXCEPTION 'a published version of % never changes', TG_TABLE_NAME USING ERRCODE = 'raise_exception';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0005_audit_strands")]
    operations = [migrations.RunSQL(DO, UNDO)]
