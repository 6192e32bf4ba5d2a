"""The printed review sheet (审签单): what it says (`content`), and its two files (`files`)."""

from tenants.review.sheets.content import Sheet, sheet_of
from tenants.review.sheets.files import DOCX, PDF, docx_of, pdf_of

__all__ = ["DOCX", "PDF", "Sheet", "docx_of", "pdf_of", "sheet_of"]
