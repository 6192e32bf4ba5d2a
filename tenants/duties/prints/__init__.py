"""What of duties goes on paper: a dossier."""

from tenants.duties.prints.dossier import FILES, sheet_of

__all__ = ["FILES", "sheet_of"]
