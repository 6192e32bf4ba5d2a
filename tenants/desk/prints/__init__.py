"""Prints of the desk, as PDF and as Word file: the same parts in the same order."""

from tenants.desk.prints.journey import JourneySheet, docx_of_journey, pdf_of_journey, sheet_of_journey
from tenants.desk.prints.register import pdf_of_register
from tenants.desk.prints.year import FORMATS as YEAR_FORMATS

__all__ = ["YEAR_FORMATS", "JourneySheet", "docx_of_journey", "pdf_of_journey", "pdf_of_register", "sheet_of_journey"]
