"""Addresses of the platform's hosts where no request tells scheme and port: in mails and on the command line."""

from django.conf import settings


def address(host: str, path: str) -> str:
    """Return the address of a path (it begins with `/`) on a host of the platform."""
    port = f":{settings.PORT}" if settings.PORT else ""
    return f"{'https' if settings.HTTPS else 'http'}://{host}{port}{path}"
