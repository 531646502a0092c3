#!/bin/sh
# Checks all books of a store against its journal, beside the daemon or without it: balances rebuilt
# from postings, positions and orders from fills, closed trades without exit, orphans, duplicates,
# references, the chain of hashes. For cron: 0 4 * * * (the daemon does the same by itself).
#
# usage: scripts/consistency-check.sh [DATA]     default ./var
# Ends with 0 when nothing was found, 1 with findings, 69 when the store cannot be read.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
botctl=${BOTCTL:-$here/build/release/bin/botctl}
data=${1:-$here/var}
status=0
"$botctl" check --data "$data" || status=$?
# Without the daemon there is no exchange to compare with, and the books alone are the verdict.
"$botctl" reconcile --data "$data" || reconciled=$?
[ "${reconciled:-0}" = 69 ] || [ "$status" != 0 ] || status=${reconciled:-0}
exit "$status"
