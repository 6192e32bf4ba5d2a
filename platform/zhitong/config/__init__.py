"""Settings, URL maps, WSGI and Celery entry points."""
