"""A real Elasticsearch node for the tests: fetched once with Maven, started when the first test asks for it.

It is the bare server (no analysis but the cutting at blanks, no scripts), so whatever holds on it holds on a full
cluster. It refuses to run as root and then runs as `nobody`, who must be able to enter its folders: they lie in
/var/tmp and /tmp.
"""

import contextlib
import fcntl
import http.client
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import zipfile
from pathlib import Path

VERSION = "8.19.21"
_POM = Path(__file__).with_name("pom.xml")
_CACHE = Path(os.environ.get("ZHITONG_TEST_ELASTICSEARCH", f"/var/tmp/zhitong-elasticsearch-{os.getuid()}"))
_PATIENCE = 180  # seconds for a start on a busy machine
_CONFIG = """\
cluster.name: zhitong-tests
discovery.type: single-node
network.host: 127.0.0.1
http.port: {port}
transport.port: 0
node.portsfile: true
path.data: {run}/data
path.logs: {run}/logs
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
action.auto_create_index: false
"""
_LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""
_JVM = """\
-Xms{heap}
-Xmx{heap}
-XX:-AlwaysPreTouch
{options}
-Djava.io.tmpdir=${{ES_TMPDIR}}
"""

# Tests compile no code for long use and collect garbage in one thread; what is measured works as it comes.
_QUICK, _LASTING = "-XX:+UseSerialGC\n-XX:TieredStopAtLevel=1", "-XX:+UseG1GC"


class Node:
    """A node of its own with its data in a folder of its own; `start` and `kill` as often as a test likes.

    Args:
        heap: its memory, in Java's words.
        quick: whether it starts quickly and works slowly, as is best for tests; else as it works for people.
    """

    def __init__(self, heap: str = "512m", *, quick: bool = True) -> None:
        self._quick = quick
        self.port = 0
        self._heap = heap
        self._run = Path(tempfile.mkdtemp(prefix="zt-es-", dir="/tmp"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address it answers at."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, with the data of the time before and at the same port.

        Raises:
            RuntimeError: it did not start; with the end of its log.
        """
        home = _fetched()
        self._prepare()
        ports = self._run / "logs" / "http.ports"
        ports.unlink(missing_ok=True)
        with (self._run / "logs" / "console.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*_ending_with_parent(), str(home / "bin" / "elasticsearch")],
                env=self._environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            if ports.exists() and ports.read_text().strip():
                self.port = int(ports.read_text().split()[0].rsplit(":", 1)[1])
                if self._is_ready():
                    return
            time.sleep(0.1)
        tail = (self._run / "logs" / "console.log").read_text(errors="replace")[-4000:]
        self.kill()
        raise RuntimeError(f"Elasticsearch did not start:\n{tail}")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def remove(self) -> None:
        """End it and remove its folder."""
        self.kill()
        shutil.rmtree(self._run, ignore_errors=True)

    def _prepare(self) -> None:
        for name in ("conf", "data", "logs", "tmp"):
            (self._run / name).mkdir(exist_ok=True)
        conf = self._run / "conf"
        (conf / "elasticsearch.yml").write_text(_CONFIG.format(port=self.port, run=self._run))
        (conf / "log4j2.properties").write_text(_LOGGING)
        (conf / "jvm.options").write_text(_JVM.format(heap=self._heap, options=_QUICK if self._quick else _LASTING))
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            for path in (self._run, *self._run.rglob("*")):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "ES_JAVA_HOME": _java_home(),
            "ES_PATH_CONF": str(self._run / "conf"),
            "ES_TMPDIR": str(self._run / "tmp"),
        }

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/_cluster/health?wait_for_status=yellow&timeout=5s")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()


def _fetched() -> Path:
    """Return the folder of the server, fetched and unpacked by whoever comes first."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    home = _CACHE / f"elasticsearch-{VERSION}"
    with (_CACHE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.is_dir():
            work = Path(tempfile.mkdtemp(dir=_CACHE))
            try:
                _fetch(work)
                (work / home.name).rename(home)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    return home


def _fetch(work: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise RuntimeError("Elasticsearch for the tests is fetched with Maven: run `make setup-tests`")
    copy = ["-q", "-B", "-f", str(_POM), "dependency:copy-dependencies", f"-DoutputDirectory={work / 'zip'}"]
    subprocess.run([maven, *copy], check=True)
    with zipfile.ZipFile(work / "zip" / f"elasticsearch-{VERSION}.zip") as archive:
        archive.extractall(work)
    for program in (work / f"elasticsearch-{VERSION}" / "bin").iterdir():
        program.chmod(0o755)  # the archive's reader drops the right to run
    work.chmod(0o755)


def _java_home() -> str:
    java = shutil.which("java")
    if java is None:
        raise RuntimeError("Elasticsearch needs Java 17 or newer: run `make setup-tests`")
    return os.environ.get("JAVA_HOME") or str(Path(java).resolve().parent.parent)


def _ending_with_parent() -> list[str]:
    """Run as `nobody` where we are root, and end when the tests end, however that is."""
    command = ["setpriv", "--pdeathsig=TERM"]
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        command += [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    return [*command, "--"]
