"""Exports of lists: any list as a workbook or CSV, at once when small, in the background when large.

An app registers its lists at start (`registry.register`) and places `exports/menu.html` on their pages.
"""
