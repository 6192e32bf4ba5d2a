"""Where the files under test lie, and how they are read."""

import ast
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCS = ROOT / "docs"
SOURCES = [ROOT / "platform", ROOT / "tenants", ROOT / "search", ROOT / "api"]

COMPOSE_ONLY = "For deploy/compose.yaml alone"


def ran(*command: str | Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, whatever its exit code, and keep what it printed."""
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def compose() -> dict[str, Any]:
    """The compose file as data; anchors are merged."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def example_names(text: str) -> dict[str, str]:
    """Names of an env file with their values, commented-out defaults included."""
    return dict(re.findall(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", text, flags=re.MULTILINE))


def settings_example() -> str:
    """The part of the env file that speaks of the application's own settings."""
    return (DEPLOY / "env.example").read_text(encoding="utf-8").split(COMPOSE_ONLY)[0]


def compose_example() -> str:
    """The part of the env file that only the compose file reads."""
    return (DEPLOY / "env.example").read_text(encoding="utf-8").split(COMPOSE_ONLY)[1]


def settings_read_by_the_code() -> set[str]:
    """Every name that the settings read: the first argument of each call of `env` or of a method of it."""
    config = ROOT / "platform" / "zhitong" / "config"
    modules = [
        path for path in config.rglob("*.py") if path.stem.startswith("settings") or path.parent.name == "settings"
    ]
    return {name for path in modules for name in _names_in(path)}


def _names_in(path: Path) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    first = [call.args[0] for call in calls if call.args and _is_env(call.func)]
    return {str(argument.value) for argument in first if isinstance(argument, ast.Constant)}


def _is_env(function: ast.expr) -> bool:
    called = function.value if isinstance(function, ast.Attribute) else function
    return isinstance(called, ast.Name) and called.id == "env"
