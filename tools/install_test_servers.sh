#!/usr/bin/env bash
# Installs what the tests run beside the packages of tools/packages.txt: the server of S3 in
# tests/s3, by its lock file. Says nothing when it is there already. Without it its tests are
# skipped, so that a failure here is a warning; with CI=true it is an error.
set -euo pipefail

folder="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/tests/s3"
stamp="$folder/node_modules/.installed"
cmp -s "$folder/package-lock.json" "$stamp" && exit 0

log="$(mktemp)"
trap 'rm -f "$log"' EXIT
echo "Installing the test server of S3"
if npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund >"$log" 2>&1 </dev/null; then
    cp "$folder/package-lock.json" "$stamp"
    exit 0
fi
tail -n 10 "$log" >&2
echo "The test server of S3 could not be installed; its tests are skipped." >&2
[[ ${CI:-} != true ]]
