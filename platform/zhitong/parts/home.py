"""The folder that holds everything the embedded parts keep: data, sockets, logs, the generated secret.

It is `.zhitong/` under the project root, or wherever `ZHITONG_HOME` points.
"""

import hashlib
import json
import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from zhitong.parts.errors import PartsError

PROJECT_ROOT = Path(__file__).resolve().parents[3]
MARKER = ".zhitong-home"
DATABASE = "zhitong"
SEEDED = "demo-seeded"
# sun_path holds 108 bytes on Linux; some clients add a suffix of their own, so we stay well below.
MAX_SOCKET_PATH = 100


@dataclass(frozen=True)
class Home:
    """Paths inside one home; `Home.open` makes the folders."""

    root: Path

    @classmethod
    def default_root(cls) -> Path:
        """Where the home lies when nobody says otherwise."""
        chosen = os.environ.get("ZHITONG_HOME")
        return Path(chosen).expanduser().resolve() if chosen else PROJECT_ROOT / ".zhitong"

    @classmethod
    def open(cls, root: Path | None = None) -> "Home":
        """Create what is missing and return the home.

        Raises:
            PartsError: the folder holds something else, or belongs to another user.
        """
        home = cls((root or cls.default_root()).resolve())
        if home.root.exists() and not home.marker.exists() and any(home.root.iterdir()):
            raise PartsError(f"{home.root} is not empty and not ours: choose another folder with ZHITONG_HOME")
        home.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        owner = home.root.stat().st_uid
        if owner != os.geteuid():
            raise PartsError(
                f"{home.root} belongs to user id {owner}, not to you: set ZHITONG_HOME to a folder of yours"
            )
        for folder in (home.run, home.log, home.valkey_data):
            folder.mkdir(exist_ok=True, mode=0o700)
        home.marker.touch()
        return home

    @property
    def marker(self) -> Path:
        return self.root / MARKER

    @property
    def run(self) -> Path:
        """Locks and status files."""
        return self.root / "run"

    @property
    def seeded(self) -> Path:
        """Stands once the demo province is in."""
        return self.root / SEEDED

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def postgres_data(self) -> Path:
        return self.root / "postgres"

    @property
    def valkey_data(self) -> Path:
        return self.root / "valkey"

    @property
    def sockets(self) -> Path:
        """The private folder of the unix sockets: `run/`, or one in the temp folder when that is too long."""
        if len(str(self.run / ".s.PGSQL.5432.lock")) < MAX_SOCKET_PATH:
            return self.run
        digest = hashlib.sha256(str(self.root).encode()).hexdigest()[:12]
        return _private_folder(Path(tempfile.gettempdir()) / f"zhitong-{os.geteuid()}-{digest}")

    @property
    def postgres_socket(self) -> Path:
        return self.sockets / ".s.PGSQL.5432"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def secret_key(self) -> str:
        """The signing key of this home, made once and readable by its owner alone."""
        path = self.root / "secret-key"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if key := path.read_text(encoding="ascii"):
                return key
            raise PartsError(f"{path} is empty: delete it, a new one is made at the next start") from None
        key = secrets.token_urlsafe(64)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key)
        return key

    def environment(self) -> dict[str, str]:
        """The variables that point Django, Celery and the caches at the parts of this home."""
        served = {"ZHITONG_PORT": port} if (port := self.served_port()) else {}
        # django-environ takes all before the last slash as HOST; an absolute folder means a unix socket.
        return {
            "DJANGO_SETTINGS_MODULE": "zhitong.config.settings",
            # Embedded parts are never production, whatever the shell around us says.
            "ZHITONG_ENV": "development",
            "DATABASE_URL": f"postgres://postgres@/{quote(str(self.sockets))}/{DATABASE}",
            "REDIS_URL": f"unix://{quote(str(self.valkey_socket))}",
            "CELERY_BROKER_URL": f"redis+socket://{quote(str(self.valkey_socket))}",
            "ZHITONG_SECRET_KEY": self.secret_key(),
            "ZHITONG_HOME": str(self.root),
            **served,
        }

    def served_port(self) -> str:
        """The port on which the last demo of this home serves or served; empty before the first."""
        try:
            return str(json.loads(self.demo_file.read_text(encoding="ascii"))["port"] or "")
        except (OSError, ValueError, KeyError):
            return ""

    @property
    def demo_file(self) -> Path:
        """Where a demo says which process it is and where it serves."""
        return self.run / "demo.json"

    def delete(self) -> None:
        """Remove the home with all data in it; a folder without our marker is refused."""
        if not self.root.exists():
            return
        if not self.marker.exists():
            raise PartsError(f"{self.root} has no {MARKER} file, so it is not ours: nothing deleted")
        sockets = self.sockets
        shutil.rmtree(self.root)
        if sockets.exists():
            shutil.rmtree(sockets)


def _private_folder(folder: Path) -> Path:
    """Make `folder` for our user alone; one that somebody else prepared in the temp folder is refused."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    private = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077
    if not private:
        raise PartsError(f"{folder} is not a private folder of ours: remove it")
    return folder
