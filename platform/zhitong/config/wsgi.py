"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhitong.config.settings")
application = get_wsgi_application()

from zhitong.core.checks import refuse_unsafe_start  # noqa: E402 - needs the settings above

refuse_unsafe_start()
