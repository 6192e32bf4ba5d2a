"""Prints of the desk, as PDF and as Word file: the same parts in the same order."""

from tenants.desk.prints.journey import JourneySheet, docx_of_journey, pdf_of_journey, sheet_of_journey

__all__ = ["JourneySheet", "docx_of_journey", "pdf_of_journey", "sheet_of_journey"]
