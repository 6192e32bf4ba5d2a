"""What the demo province consists of, as plain data: no Django, no clock, no database."""
