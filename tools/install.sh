#!/usr/bin/env bash
# Installs the packages of tools/packages.txt that are missing; says nothing when none is.
# Needs root or sudo; with neither it prints the command to run and exits 69.
set -euo pipefail

tools="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
mapfile -t wanted < <(grep -vE '^\s*(#|$)' "$tools/packages.txt")

# Node's own packages bring npm along and refuse Debian's.
present() { [[ $1 == npm || $1 == nodejs ]] && command -v "${1/nodejs/node}" >/dev/null; }

missing=()
if command -v dpkg-query >/dev/null; then
    for package in "${wanted[@]}"; do
        state="$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)"
        [[ $state == installed ]] || present "$package" || missing+=("$package")
    done
else
    echo "This needs Debian 12 (dpkg and apt-get); elsewhere install the equivalents of:" >&2
    echo "  ${wanted[*]}" >&2
    exit 69
fi
[[ ${#missing[@]} -eq 0 ]] && exit 0

as_root=()
if [[ $(id -u) -ne 0 ]]; then
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
        as_root=(sudo)
    else
        echo "Packages are missing and there is neither root nor sudo here. Run as root:" >&2
        echo "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
        exit 69
    fi
fi

log="$(mktemp)"
trap 'rm -f "$log"' EXIT

# Runs one step quietly; shows what it printed only if it failed.
step() {
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1 </dev/null; then
        tail -n 30 "$log" >&2
        echo "Failed: $*" >&2
        exit 69
    fi
}

echo "Installing ${#missing[@]} packages: ${missing[*]}"
step apt-get update
step apt-get install -y --no-install-recommends "${missing[@]}"
echo "Installed."
