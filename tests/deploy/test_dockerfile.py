"""The image: two stages, an unprivileged user, nothing secret, nothing fetched by address."""

import re
import sys
from pathlib import Path

from tests.deploy.files import DEPLOY, ROOT, ran

TEXT = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
HADOLINT = Path(sys.executable).parent / "hadolint"


def instructions() -> list[tuple[str, str]]:
    """Instructions with their arguments, comments gone and continued lines joined."""
    lines = "\n".join(line for line in TEXT.splitlines() if not line.lstrip().startswith("#"))
    joined = lines.replace("\\\n", " ")
    return [
        (word.upper(), rest) for word, _, rest in (line.strip().partition(" ") for line in joined.splitlines()) if word
    ]


def stages() -> list[list[tuple[str, str]]]:
    """Instructions of each stage."""
    found: list[list[tuple[str, str]]] = []
    for instruction in instructions():
        if instruction[0] == "FROM":
            found.append([])
        if found:
            found[-1].append(instruction)
    return found


def test_hadolint_finds_nothing() -> None:
    run = ran(HADOLINT, "--failure-threshold", "style", DEPLOY / "Dockerfile")
    assert (run.returncode, run.stdout) == (0, "")


def test_two_stages_and_the_second_builds_nothing() -> None:
    first, second = stages()
    assert any("uv sync --locked" in rest for _, rest in first)
    assert not any(re.search(r"\b(uv|pip|npm|gcc|make)\b", rest) for word, rest in second if word == "RUN")


def test_runs_as_an_unprivileged_number() -> None:
    users = [rest for word, rest in stages()[1] if word == "USER"]
    assert users == ["10001:10001"]
    order = [word for word, _ in stages()[1]]
    assert order.index("USER") > max(index for index, word in enumerate(order) if word in {"RUN", "COPY"})


def test_nothing_is_added_from_an_address() -> None:
    assert "ADD" not in {word for word, _ in instructions()}
    assert not re.search(r"curl|wget|https?://(?!127\.0\.0\.1)", TEXT)


def test_base_image_has_a_version() -> None:
    default = next(rest for word, rest in instructions() if word == "ARG" and rest.startswith("PYTHON_IMAGE="))
    assert re.search(r":\d+\.\d+", default)


def test_holds_no_secret() -> None:
    settings = " ".join(rest for word, rest in instructions() if word in {"ENV", "ARG", "LABEL"})
    assert not re.search(r"SECRET|PASSWORD|TOKEN|_URL=|ACCESS_KEY", settings)


def test_asks_itself_for_health_under_its_own_host() -> None:
    check = next(rest for word, rest in stages()[1] if word == "HEALTHCHECK")
    assert "/healthz" in check
    assert "ZHITONG_BASE_DOMAIN" in check


def test_build_context_is_a_list_of_what_is_allowed() -> None:
    lines = [
        line
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert lines[0] == "*"
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert allowed.isdisjoint({".git", ".env", ".zhitong", ".venv", "deploy", "tests", "build"})
    copied = {source.split("/")[0] for word, rest in stages()[0] if word == "COPY" for source in rest.split()[:-1]}
    assert copied <= allowed
