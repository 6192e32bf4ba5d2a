#!/usr/bin/env bash
# Lints the chart and validates what it renders against the schemas of the oldest and the newest Kubernetes we serve.
# Without helm and without Go to build it (deploy/helm.sh) it skips, but never in CI.
set -euo pipefail

oldest_kubernetes=1.30.0
newest_kubernetes=1.37.0

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
chart=$root/helm/zhitong
validate=$root/.venv/bin/kubernetes-validate

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

if ! helm=$("$root/deploy/helm.sh"); then
    echo "SKIPPED: helm not available"
    [[ -z ${CI:-} ]]
    exit
fi
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
