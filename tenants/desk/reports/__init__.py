"""The yearly summary of a unit (年度社情民意信息工作总结): paragraph, tables, prints."""

from tenants.desk.reports.paragraph import year_paragraph
from tenants.desk.reports.tables import YearReport, YearTable, year_report

__all__ = ["YearReport", "YearTable", "year_paragraph", "year_report"]
