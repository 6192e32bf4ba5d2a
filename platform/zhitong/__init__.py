"""The Django project and the services all units share: what crosses the border of a unit lives here."""
