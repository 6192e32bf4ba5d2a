"""What of duties goes on paper: a dossier, a list of honours."""

from tenants.duties.prints.awards import AWARD_FILES, sheet_of_awards
from tenants.duties.prints.dossier import FILES, sheet_of

__all__ = ["AWARD_FILES", "FILES", "sheet_of", "sheet_of_awards"]
