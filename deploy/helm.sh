#!/usr/bin/env bash
# Prints the path of helm: the one on PATH, else the pinned one, built once into build/bin where Go is there.
# Fails with the reason when there is none.
set -euo pipefail

helm_version=v4.3.1

build=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/build

if command -v helm; then
    exit
fi
if [[ ! -x $build/bin/helm ]]; then
    if ! command -v go >/dev/null; then
        echo "neither helm nor Go on PATH" >&2
        exit 1
    fi
    echo "Building helm $helm_version with Go; this takes some minutes, once." >&2
    mkdir -p "$build/bin"
    if ! GOBIN=$build/bin go install "helm.sh/helm/v4/cmd/helm@$helm_version" >"$build/helm.log" 2>&1; then
        echo "go install failed, see build/helm.log" >&2
        exit 1
    fi
fi
echo "$build/bin/helm"
