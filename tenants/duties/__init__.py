"""Targets, dossiers and honours of a unit's people (目标任务、履职档案、评优)."""
