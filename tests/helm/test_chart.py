"""The chart as it renders: no rights, no secrets, a migration before each version; wrong values fail."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.files import ROOT, ran, settings_read_by_the_code

CHART = ROOT / "helm" / "zhitong"
CASES = sorted(path.name for path in (CHART / "ci").glob("*-values.yaml"))
SECRET_SETTINGS = {
    "DATABASE_URL",
    "REDIS_URL",
    "CELERY_BROKER_URL",
    "ELASTICSEARCH_URL",
    "EMAIL_URL",
    "ZHITONG_METRICS_TOKEN",
    "ZHITONG_SECRET_KEY",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
}


@cache
def helm() -> str:
    """Path of helm, as `deploy/helm.sh` finds or builds it."""
    found = shutil.which("helm", path=f"{os.environ.get('PATH', '')}{os.pathsep}{ROOT / 'build' / 'bin'}")
    if found is None:
        pytest.skip("helm not available: deploy/helm.sh builds it where Go is there")
    return found


def template(case: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Render the chart with a values file under `ci/` and these arguments."""
    return ran(helm(), "template", "zhitong", CHART, "--values", CHART / "ci" / case, *arguments)


@cache
def rendered(case: str) -> list[dict[str, Any]]:
    """All objects that a values file under `ci/` renders."""
    run = template(case)
    assert run.returncode == 0, run.stderr
    return [document for document in yaml.safe_load_all(run.stdout) if document]


def pods(case: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Pod specs by name of the object that makes them."""
    for document in rendered(case):
        if document["kind"] in {"Deployment", "Job"}:
            yield document["metadata"]["name"], document["spec"]["template"]["spec"]


def of_kind(case: str, kind: str) -> dict[str, dict[str, Any]]:
    """Objects of one kind by name."""
    return {document["metadata"]["name"]: document for document in rendered(case) if document["kind"] == kind}


@pytest.mark.parametrize("case", CASES)
def test_every_part_is_there(case: str) -> None:
    assert {name for name, _ in pods(case)} == {
        "zhitong-web",
        "zhitong-worker",
        "zhitong-beat",
        "zhitong-migration",
    }


@pytest.mark.parametrize("case", CASES)
def test_pods_have_no_rights(case: str) -> None:
    for name, pod in pods(case):
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] > 0, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod), name
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "privileged": False,
                "readOnlyRootFilesystem": True,
                "runAsNonRoot": True,
                "capabilities": {"drop": ["ALL"]},
            }, name


@pytest.mark.parametrize("case", CASES)
def test_the_only_folder_to_write_to_is_an_empty_one_of_limited_size(case: str) -> None:
    for name, pod in pods(case):
        assert pod["volumes"] == [{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}], name
        for container in pod["containers"]:
            assert container["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}], name


@pytest.mark.parametrize("case", CASES)
def test_secrets_come_from_the_existing_secret_alone(case: str) -> None:
    assert of_kind(case, "Secret") == {}
    for name, pod in pods(case):
        for container in pod["containers"]:
            assert "envFrom" not in container
            settings = {entry["name"]: entry for entry in container["env"]}
            assert len(settings) == len(container["env"]), f"{name} sets a name twice"
            secret = {key for key, entry in settings.items() if "valueFrom" in entry}
            assert secret == SECRET_SETTINGS, name
            for key in secret:
                assert settings[key]["valueFrom"]["secretKeyRef"]["name"] == "zhitong"
                assert settings[key]["valueFrom"]["secretKeyRef"]["key"] == key


def test_no_value_of_the_chart_is_a_secret() -> None:
    text = (CHART / "values.yaml").read_text(encoding="utf-8")
    assert not re.search(r"^\s*\w*(password|secretKey|token|accessKey)\w*:", text, flags=re.MULTILINE | re.IGNORECASE)


@pytest.mark.parametrize("case", CASES)
def test_every_setting_that_is_passed_on_exists(case: str) -> None:
    for _, pod in pods(case):
        for container in pod["containers"]:
            assert {entry["name"] for entry in container["env"]} <= settings_read_by_the_code()


@pytest.mark.parametrize("case", CASES)
def test_images_have_a_version(case: str) -> None:
    for _, pod in pods(case):
        for container in pod["containers"]:
            assert re.search(r"(:\d+\.\d+\.\d+|@sha256:[0-9a-f]{64})$", container["image"])


@pytest.mark.parametrize("case", CASES)
def test_memory_is_limited(case: str) -> None:
    for name, pod in pods(case):
        for container in pod["containers"]:
            assert container["resources"]["limits"]["memory"], name
            assert container["resources"]["requests"]["cpu"], name


@pytest.mark.parametrize("case", CASES)
def test_lasting_pods_are_probed(case: str) -> None:
    specs = dict(pods(case))
    web = specs["zhitong-web"]["containers"][0]
    for probe in ("startupProbe", "readinessProbe"):
        request = web[probe]["httpGet"]
        assert request["path"] == "/healthz"
        assert request["httpHeaders"] == [{"name": "Host", "value": "zx.example.gov.cn"}]
    assert web["livenessProbe"]["tcpSocket"] == {"port": "http"}
    for name in ("zhitong-worker", "zhitong-beat"):
        assert specs[name]["containers"][0]["livenessProbe"]["exec"]["command"]


@pytest.mark.parametrize("case", CASES)
def test_migration_runs_once_before_the_pods_of_a_version(case: str) -> None:
    job = of_kind(case, "Job")["zhitong-migration"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert job["spec"]["backoffLimit"] == 0
    pod = job["spec"]["template"]["spec"]
    assert pod["containers"][0]["args"] == ["zhitong", "fleet", "migrate"]
    account = of_kind(case, "ServiceAccount")[pod["serviceAccountName"]]
    first, second = account["metadata"]["annotations"], job["metadata"]["annotations"]
    assert first["helm.sh/hook"] == second["helm.sh/hook"]
    assert int(first["helm.sh/hook-weight"]) < int(second["helm.sh/hook-weight"])


@pytest.mark.parametrize("case", CASES)
def test_there_is_one_beat_at_any_time(case: str) -> None:
    beat = of_kind(case, "Deployment")["zhitong-beat"]["spec"]
    assert beat["replicas"] == 1
    assert beat["strategy"] == {"type": "Recreate"}


@pytest.mark.parametrize("case", CASES)
def test_accounts_carry_no_token(case: str) -> None:
    accounts = of_kind(case, "ServiceAccount")
    assert all(account["automountServiceAccountToken"] is False for account in accounts.values())


@pytest.mark.parametrize("case", ["full-values.yaml", "minimal-values.yaml"])
def test_ingress_serves_the_bare_host_and_every_unit(case: str) -> None:
    ingress = of_kind(case, "Ingress")["zhitong"]["spec"]
    hosts = ["zx.example.gov.cn", "*.zx.example.gov.cn"]
    assert [rule["host"] for rule in ingress["rules"]] == hosts
    assert ingress["tls"] == [{"secretName": "zhitong-tls", "hosts": hosts}]


def test_selectors_name_one_component_each() -> None:
    case = "full-values.yaml"
    labels = {name: item["spec"]["selector"]["matchLabels"] for name, item in of_kind(case, "Deployment").items()}
    assert len({tuple(sorted(label.items())) for label in labels.values()}) == 3
    assert of_kind(case, "Service")["zhitong-web"]["spec"]["selector"] == labels["zhitong-web"]
    for name, budget in of_kind(case, "PodDisruptionBudget").items():
        assert budget["spec"]["selector"]["matchLabels"] == labels[name]


def test_a_scaled_deployment_leaves_its_number_to_the_scaler() -> None:
    case = "full-values.yaml"
    for name, scaler in of_kind(case, "HorizontalPodAutoscaler").items():
        assert scaler["spec"]["scaleTargetRef"]["name"] == name
        assert "replicas" not in of_kind(case, "Deployment")[name]["spec"]


def test_network_policy_lets_only_the_ingress_in() -> None:
    policies = of_kind("minimal-values.yaml", "NetworkPolicy")
    everyone, web = policies["zhitong"]["spec"], policies["zhitong-web"]["spec"]
    assert everyone["policyTypes"] == ["Ingress", "Egress"]
    assert everyone["ingress"] == []
    assert "app.kubernetes.io/component" not in everyone["podSelector"]["matchLabels"]
    assert [rule["ports"] for rule in web["ingress"]] == [[{"port": "http", "protocol": "TCP"}]]
    assert all(rule["ports"] for rule in everyone["egress"])


@pytest.mark.parametrize(
    ("argument", "place"),
    [
        ("unknown=1", "unknown"),
        ("web.replica=1", "replica"),
        ("baseDomain=", "baseDomain"),
        ("baseDomain=*.example.cn", "baseDomain"),
        ("existingSecret=", "existingSecret"),
        ("files.bucket=", "bucket"),
        ("files.endpointUrl=https://key:word@s3.example.cn", "endpointUrl"),
        ("trustedProxies=null", "trustedProxies"),
        ("image.tag=latest", "tag"),
        ("image.digest=sha256:12", "digest"),
        ("ingress.tls.secretName=", "secretName"),
        ("search.backend=solr", "backend"),
        ("web.replicas=0", "replicas"),
        ("beat.replicas=2", "replicas"),
        ("logLevel=LOUD", "logLevel"),
    ],
)
def test_wrong_values_are_refused_by_name(argument: str, place: str) -> None:
    run = template("minimal-values.yaml", "--set", argument)
    assert run.returncode != 0
    assert place in run.stderr


def test_missing_values_are_refused() -> None:
    run = ran(helm(), "template", "zhitong", CHART)
    assert run.returncode != 0
    for name in ("baseDomain", "existingSecret", "bucket", "trustedProxies", "secretName"):
        assert name in run.stderr


def test_check_script_fails_on_a_kind_that_the_schemas_do_not_know(tmp_path: Path) -> None:
    """The script itself runs in `make check`; here a copy of the tree with a wrong chart must fail it."""
    helm()
    for part in ("deploy", "helm"):
        shutil.copytree(ROOT / part, tmp_path / part)
    (tmp_path / "build" / "bin").mkdir(parents=True)
    (tmp_path / "build" / "bin" / "helm").symlink_to(helm())
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    wrong = tmp_path / "helm" / "zhitong" / "templates" / "wrong.yaml"
    wrong.write_text("apiVersion: v9\nkind: Strange\nmetadata: {name: a}\n", encoding="utf-8")
    run = ran(tmp_path / "deploy" / "check-chart.sh")
    assert run.returncode != 0
    assert "strange" in run.stdout.lower()


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_without_helm_the_check_skips_aloud_and_never_in_ci(tmp_path: Path, ci: str, code: int) -> None:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    commands = tmp_path / "commands"
    commands.mkdir()
    for command in ("bash", "dirname", "mkdir", "env"):
        (commands / command).symlink_to(str(shutil.which(command)))
    run = ran(tmp_path / "deploy" / "check-chart.sh", env={"PATH": str(commands), "CI": ci})
    assert run.returncode == code
    assert run.stdout.startswith("SKIPPED: helm not available")
