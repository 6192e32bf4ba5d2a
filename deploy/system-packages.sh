#!/usr/bin/env bash
# Installs what no wheel brings: Pango for the PDFs, the Chinese faces, and with `tests` the browser and Elasticsearch of the tests.
# Uses apt as root or through a sudo that asks nothing; otherwise it says what to install, and how. Quick when all is there.
#
#   deploy/system-packages.sh            what the demo needs
#   deploy/system-packages.sh tests      that, Chromium, and what fetches and runs the tests' Elasticsearch
set -euo pipefail

packages=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-cjk)
if [[ ${1:-} == tests ]]; then
    packages+=(chromium maven)
    command -v java >/dev/null || packages+=(default-jre-headless)
fi

# The Fandol faces lie in a TeX package that would bring 500 MB with it: only its faces are taken, or its folder linked.
fandol_package=texlive-lang-chinese
fandol_of_tex=/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol
fandol=/usr/local/share/fonts/fandol

missing=()
find_missing() {
    missing=()
    local package
    for package in "${packages[@]}"; do
        if [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then
            missing+=("$package")
        fi
    done
}

give_up() {
    cat >&2 <<END
These system packages are missing, and this command may not install them ($1):
  ${missing[*]}
The faces Fandol Song, Fang, Hei and Kai belong into $fandol (Debian: package $fandol_package).
On Debian or Ubuntu, as root:
  apt-get update && apt-get install --no-install-recommends ${missing[*]} $fandol_package
  mkdir -p ${fandol%/*} && ln -sfn $fandol_of_tex $fandol && fc-cache
Then run the same command again.
END
    exit 1
}

install_fandol() {
    if [[ -d $fandol_of_tex ]]; then
        $as_root mkdir -p "${fandol%/*}"
        $as_root ln -sfn "$fandol_of_tex" "$fandol"
        return
    fi
    local work
    work=$(mktemp -d)
    trap 'rm -rf "$work"' RETURN
    # apt downloads as a user of its own, who must be able to write here.
    chmod 777 "$work"
    (cd "$work" && apt-get --quiet --quiet download "$fandol_package")
    mkdir "$work/fandol"
    dpkg-deb --fsys-tarfile "$work/$fandol_package"_*.deb |
        tar --extract --directory "$work/fandol" --wildcards --strip-components 9 \
            '*/opentype/public/fandol/Fandol[FHKS]*.otf'
    $as_root mkdir -p "${fandol%/*}"
    $as_root cp -r "$work/fandol" "$fandol"
    $as_root chmod -R u=rwX,go=rX "$fandol"
}

find_missing
if [[ ${#missing[@]} -eq 0 && -e $fandol/FandolSong-Regular.otf ]]; then
    exit 0
fi
command -v apt-get >/dev/null || give_up "there is no apt here"
as_root=
if [[ $(id -u) -ne 0 ]]; then
    sudo -n true 2>/dev/null || give_up "you are not root and sudo asks for a password"
    as_root="sudo -n"
fi

echo "Installing system packages: ${missing[*]:-none} and the Fandol faces"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get --quiet --quiet update
if [[ ${#missing[@]} -gt 0 ]]; then
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get --quiet --quiet install --yes --no-install-recommends "${missing[@]}"
fi
if [[ ! -e $fandol/FandolSong-Regular.otf ]]; then
    install_fandol
fi
fc-cache
