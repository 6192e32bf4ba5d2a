"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhitong.config.settings")
application = get_wsgi_application()

# Tasks are sent by the Celery application, which knows the broker, and refuses an unsafe start; it needs the set-up.
import zhitong.config.celery  # noqa: E402, F401
