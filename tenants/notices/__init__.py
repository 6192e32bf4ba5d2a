"""Notices to the people of one unit: what happened to what concerns them."""
