#!/usr/bin/env bash
# Lints the chart and validates what it renders against the schemas of the oldest and the newest Kubernetes we serve.
# Takes helm from PATH, else builds the pinned one once into build/bin; without helm and Go it skips, but never in CI.
set -euo pipefail

helm_version=v4.3.1
oldest_kubernetes=1.30.0
newest_kubernetes=1.37.0

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
chart=$root/helm/zhitong
bin=$root/build/bin
validate=$root/.venv/bin/kubernetes-validate

skip() {
    echo "SKIPPED: helm not available ($1)"
    if [[ -n ${CI:-} ]]; then
        exit 1
    fi
    exit 0
}

find_helm() {
    if helm=$(command -v helm); then
        return
    fi
    helm=$bin/helm
    if [[ -x $helm ]]; then
        return
    fi
    command -v go >/dev/null || skip "neither helm nor Go on PATH"
    echo "Building helm $helm_version with Go; this takes some minutes, once."
    GOBIN=$bin go install "helm.sh/helm/v4/cmd/helm@$helm_version" >"$root/build/helm.log" 2>&1 \
        || skip "go install failed, see build/helm.log"
}

# kubernetes-validate passes a kind that it does not know with a warning: here that is a failure.
validate_rendered() {
    local report
    report=$("$validate" --strict --quiet -k "$oldest_kubernetes" -k "$newest_kubernetes" "$1") || {
        echo "$report"
        return 1
    }
    if [[ -n $report ]]; then
        echo "$report"
        return 1
    fi
}

mkdir -p "$bin"
find_helm
if [[ ! -x $validate ]]; then
    echo "kubernetes-validate is missing: run uv sync first" >&2
    exit 1
fi

rendered=$(mktemp --suffix=.yaml)
trap 'rm -f "$rendered"' EXIT
for values in "$chart"/ci/*-values.yaml; do
    "$helm" lint --strict --quiet --values "$values" "$chart"
    "$helm" template zhitong "$chart" --namespace zhitong --kube-version "$oldest_kubernetes" --values "$values" >"$rendered"
    validate_rendered "$rendered"
    echo "ok: $(basename "$values"), $(grep --count '^kind:' "$rendered") objects"
done
