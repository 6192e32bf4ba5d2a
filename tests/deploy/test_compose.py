"""The compose file: loopback only, no default password, pinned images, hardened application containers."""

import re
from typing import Any

import pytest

from tests.deploy.files import (
    DEPLOY,
    compose,
    compose_example,
    example_names,
    settings_example,
    settings_read_by_the_code,
)

SERVICES: dict[str, dict[str, Any]] = compose()["services"]
OWN = ["web", "worker", "beat", "migrate"]
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z0-9_]+)(?::?([?-])([^}]*))?\}")


def texts(value: object) -> list[str]:
    """All strings in a piece of YAML."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    return [value] if isinstance(value, str) else []


def test_has_every_part() -> None:
    assert set(SERVICES) == {*OWN, "postgres", "valkey", "elasticsearch", "seaweedfs"}


def test_only_web_has_a_port_and_it_is_on_loopback() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"web"}
    assert all(port.startswith("127.0.0.1:") for port in published["web"])
    assert not any("network_mode" in service for service in SERVICES.values())


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned_to_a_version(name: str) -> None:
    image = VARIABLE.sub(lambda match: match[3] or "", SERVICES[name]["image"])
    tag = image.rpartition(":")[2]
    assert re.match(r"^v?\d+\.\d+", tag), image


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_privileged(name: str) -> None:
    service = SERVICES[name]
    assert not {"privileged", "cap_add", "devices", "pid", "ipc"} & set(service)
    assert not any("docker.sock" in text for text in texts(service))


@pytest.mark.parametrize("name", OWN)
def test_application_containers_are_read_only_and_without_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "volumes" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_are_demanded_and_never_given(name: str) -> None:
    for text in texts(SERVICES[name]):
        for variable, sign, default in VARIABLE.findall(text):
            if re.search(r"PASSWORD|SECRET|ACCESS_KEY|KEK", variable):
                assert sign == "?", f"{variable} must be demanded"
                assert default
    for key, value in SERVICES[name].get("environment", {}).items():
        if value and re.search(r"PASSWORD|SECRET|ACCESS_KEY|KEK", key):
            assert VARIABLE.fullmatch(value), f"{key} has a value in the file"
        if value and "@" in value:
            assert re.search(r":\$\{[A-Z_]+:\?[^}]+\}@", value), f"{key} has a password in the file"


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_lasting_service_has_a_health_check(name: str) -> None:
    if name == "web":
        assert "HEALTHCHECK" in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
        return
    assert SERVICES[name]["healthcheck"]["test"]


def test_the_application_waits_for_the_migration() -> None:
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["command"] == ["zhitong", "fleet", "migrate"]
    assert SERVICES["migrate"]["restart"] == "no"


def test_data_servers_reach_nothing_outside() -> None:
    assert compose()["networks"]["inside"] == {"internal": True}
    for name in set(SERVICES) - set(OWN):
        assert SERVICES[name]["networks"] == ["inside"]


def test_the_broker_evicts_nothing() -> None:
    assert "maxmemory-policy noeviction" in SERVICES["valkey"]["command"][-1]


def test_dumps_of_many_schemas_are_possible() -> None:
    assert "max_locks_per_transaction=1024" in SERVICES["postgres"]["command"]


def test_every_setting_that_is_passed_on_exists() -> None:
    for name in OWN:
        assert set(SERVICES[name]["environment"]) <= settings_read_by_the_code()


def test_every_variable_stands_in_the_env_file() -> None:
    listed = example_names(settings_example()) | example_names(compose_example())
    used = {variable for text in texts(SERVICES) for variable, _, _ in VARIABLE.findall(text)}
    used |= {key for name in OWN for key, value in SERVICES[name]["environment"].items() if value is None}
    assert used - set(listed) == set()
    assert set(example_names(compose_example())) - used == set()
