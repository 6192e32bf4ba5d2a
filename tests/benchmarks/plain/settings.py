"""The product's settings without tenants: Django's own PostgreSQL backend, one schema, no routing by host."""

import os

from zhitong.config.settings import *  # noqa: F403 - the point is that all else is equal
from zhitong.config.settings import CACHES, DATABASES, INSTALLED_APPS, MIDDLEWARE

_TENANCY = {"zhitong.units.middleware.UnitMiddleware", "tenants.accounts.middleware.UnitSessionMiddleware"}

DATABASES["default"] |= {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ["ZHITONG_PLAIN_DATABASE"]}
DATABASE_ROUTERS: list[str] = []
INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "django_tenants"]
MIDDLEWARE = [
    "tests.benchmarks.plain.middleware.OneUnitMiddleware" if "UnitMiddleware" in name else name
    for name in MIDDLEWARE
    if name not in _TENANCY or name.endswith(".UnitMiddleware")
]
CACHES["default"].pop("KEY_FUNCTION", None)
