"""Triggers: the audit chain is computed on insert, and append-only tables refuse changes."""

from django.db import migrations

CHAIN = """
CREATE FUNCTION public.zt_audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE head public.core_audithead%ROWTYPE;
BEGIN
  INSERT INTO public.core_audithead AS h (unit_key, seq, hash) VALUES (NEW.unit_key, 1, '')
    ON CONFLICT (unit_key) DO UPDATE SET seq = h.seq + 1
    RETURNING * INTO head;
  NEW.seq := head.seq;
  NEW.prev_hash := head.hash;
  NEW.hash := encode(sha256(convert_to(head.hash || NEW.content, 'UTF8')), 'hex');
  UPDATE public.core_audithead SET hash = NEW.hash WHERE unit_key = NEW.unit_key;
  RETURN NEW;
END $$;
CREATE TRIGGER zt_audit_chain BEFORE INSERT ON public.core_auditentry
  FOR EACH ROW EXECUTE FUNCTION public.zt_audit_chain();

CREATE FUNCTION public.zt_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'raise_exception';
END $$;
CREATE TRIGGER zt_append_only BEFORE UPDATE OR DELETE ON public.core_auditentry
  FOR EACH ROW EXECUTE FUNCTION public.zt_append_only();
CREATE TRIGGER zt_append_only_all BEFORE TRUNCATE ON public.core_auditentry
  FOR EACH STATEMENT EXECUTE FUNCTION public.zt_append_only();
"""

UNDO = """
DROP TRIGGER zt_append_only_all ON public.core_auditentry;
DROP TRIGGER zt_append_only ON public.core_auditentry;
DROP FUNCTION public.zt_append_only();
DROP TRIGGER zt_audit_chain ON public.core_auditentry;
DROP FUNCTION public.zt_audit_chain();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunSQL(CHAIN, UNDO)]
