"""The house stands as drawn: nothing shadows the standard library, the root is tidy, no machine's traces in git."""

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {
    *("platform", "tenants", "search", "api", "deploy", "helm", "tests", "docs"),
    *("pyproject.toml", "uv.lock", "README.md", "Makefile", "LICENSE"),
}
# Each with a bracket in it, so that this file does not find itself.
TRACES = re.compile(
    r"(?<![\w.])/wor[k]/|/hom[e]/[a-z]+/|/roo[t]/\."
    r"|registry[.]npmjs|files[.]pythonhosted|pypi[.]org|deb[.]debian|proxy[.]golang|repo1[.]maven"
)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(name) for name in listed.split("\0") if name]


@pytest.mark.parametrize("place", [ROOT, ROOT / "platform"], ids=["root", "platform"])
def test_the_standard_module_platform_is_not_shadowed(place: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import platform; print(platform.__file__)"],
        cwd=place,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert Path(found).resolve().is_relative_to(Path(sysconfig.get_path("stdlib")).resolve())


def test_platform_is_a_source_root_and_no_package() -> None:
    assert {path.name for path in (ROOT / "platform").iterdir() if path.name != "__pycache__"} == {
        "manage.py",
        "zhitong",
    }


def test_no_tests_lie_beside_the_code() -> None:
    beside = [
        path
        for path in tracked()
        if path.suffix == ".py" and path.parts[0] != "tests" and re.match(r"(test_.*|.*_test|conftest)\.py$", path.name)
    ]
    assert beside == []


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in tracked() if path.parts[0] == "tests" and path.suffix == ".py"}
    assert [folder for folder in folders if not (ROOT / folder / "__init__.py").exists()] == []


def test_the_root_holds_only_what_belongs_there() -> None:
    top = {path.parts[0] for path in tracked()}
    assert {name for name in top if not name.startswith(".")} <= ALLOWED


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in tracked():
        if path.name == "uv.lock" or not (ROOT / path).is_file():
            continue
        text = (ROOT / path).read_bytes().decode("utf-8", "replace")
        found += [f"{path}: {match.group()}" for match in TRACES.finditer(text)]
    assert found == []


def test_the_front_end_lock_pins_versions_and_hashes_without_addresses() -> None:
    lock = (ROOT / "platform" / "zhitong" / "web" / "frontend" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') == lock.count('"node_modules/')
