"""The two programs of ours that a demo runs: the web server, and a worker that also keeps the timetable."""

import http.client
import socket
import sys

from zhitong.parts.errors import PartsError
from zhitong.parts.home import Home
from zhitong.parts.processes import Part

HOST = "127.0.0.1"
PORTS_TRIED = 50
HTTP_OK = 200


def service_parts(home: Home, port: int) -> list[Part]:
    """Web server on `port` and worker, in starting order."""
    return [_web(home, port), _worker(home)]


def free_port(wanted: int) -> int:
    """`wanted`, or the next port above it that nobody listens on.

    Raises:
        PartsError: fifty ports in a row are taken.
    """
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        if _is_free(port):
            return port
    raise PartsError(f"no free port from {wanted} on: choose another with --port")


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the web server itself does it: a port whose last connections only wind down counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def is_healthy(port: int) -> bool:
    """Whether the web server answers its health check; raises OSError while nobody listens."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTP_OK
    finally:
        connection.close()


def _web(home: Home, port: int) -> Part:
    return Part(
        name="web server",
        command=[
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
            *("--host", HOST, "--port", str(port)),
            *("--workers", "2", "--blocking-threads", "4"),
            # A page that hangs must not keep the whole demo from ending.
            *("--workers-kill-timeout", "5"),
            "zhitong.config.wsgi:application",
        ],
        log=home.log / "web.log",
        ready=lambda: is_healthy(port),
        cwd=home.root,
        environment=home.environment(),
    )


def _worker(home: Home) -> Part:
    return Part(
        name="worker",
        command=[
            *(sys.executable, "-m", "celery", "--app", "zhitong.config.celery", "worker"),
            *("--beat", "--schedule", str(home.run / "beat-schedule")),
            *("--concurrency", "2", "--loglevel", "INFO"),
            # There is no second worker to talk to; the attempts would only fill the log.
            *("--without-gossip", "--without-mingle"),
        ],
        log=home.log / "worker.log",
        # It announces itself in its log; asking over the broker would need a second whole program.
        ready=lambda: True,
        cwd=home.root,
        environment=home.environment(),
    )
