#!/bin/sh
# Checks a store against its exchange and its own journal, in the five steps of the specification:
#
#   1  positions, balances and orders: the application against the exchange
#   2  balances: rebuilt from the trades' postings against the current ones
#   3  closed trades: each has an exit price
#   4  open positions: each has the trades that made it
#   5  report: to standard output, a file in the data folder, the daemon's log and event stream
#
# A step that could not be done counts as failed, never as passed. deploy/cron/botcore runs this
# every day; the daemon also checks its own books at the same time.
#
# usage: scripts/consistency-check.sh [--url URL] [--data DIR] [--ca FILE]
#   --url   where the daemon listens          default http://127.0.0.1:8080
#   --data  the data folder of that daemon    default var beside this folder
#   --ca    for https: a file of trusted certificates; default: the system's
# The variable BOTCTL names the program, if it is neither built here nor on the PATH.
#
# Statuses:
#   0   all steps passed, and the report was delivered
#   1   a step found a difference
#   2   the command line cannot be parsed
#   69  a step could not be done: the report says which and what to do
#   77  the daemon does not accept the operator's token in the data folder
set -u
umask 077
here=$(cd "$(dirname "$0")/.." && pwd) || exit 69
url=http://127.0.0.1:8080
data=$here/var
ca=

usage() {
    echo "consistency-check: $1; usage: $0 [--url URL] [--data DIR] [--ca FILE]" >&2
    exit 2
}

# The check cannot begin; cron mails this message.
give_up() {
    echo "consistency-check: $1" >&2
    echo "consistency-check: NOTHING WAS CHECKED" >&2
    exit "${2:-69}"
}

while [ $# -gt 0 ]; do
    case $1 in
        --url | --data | --ca) [ $# -ge 2 ] || usage "$1 requires a value" ;;
        --u*) usage "'$1' is unknown; did you mean --url?" ;;
        --d*) usage "'$1' is unknown; did you mean --data?" ;;
        --c*) usage "'$1' is unknown; did you mean --ca?" ;;
        *) usage "'$1' is unknown" ;;
    esac
    [ -n "$2" ] || usage "$1 requires a value, but it is empty"
    case $1 in
        --url) url=$2 ;;
        --data) data=$2 ;;
        --ca) ca=$2 ;;
    esac
    shift 2
done

# ---- What is needed: tools, the right folder ----

for tool in awk cat chown date id ls mkdir mktemp mv rm sed; do
    command -v "$tool" >/dev/null 2>&1 || give_up "the program '$tool' is missing: install it \
(Debian packages coreutils, mawk, sed) or put it on the PATH"
done
if [ -n "${BOTCTL:-}" ]; then
    botctl=$BOTCTL
elif [ -x "$here/build/release/bin/botctl" ]; then
    botctl=$here/build/release/bin/botctl
else
    botctl=botctl
fi
command -v "$botctl" >/dev/null 2>&1 || give_up "the program botctl is missing, tried '$botctl': \
build it with './dev build release botctl', install it as docs/deploy.md says, or name it in the \
variable BOTCTL"
[ -d "$data" ] || give_up "there is no folder '$data': name the data folder of the daemon at $url \
with --data"
[ -f "$data/botcore.db" ] || give_up "the folder '$data' holds no store (botcore.db): name the \
data folder of the daemon at $url with --data"
[ -f "$data/operator.token" ] || give_up "the folder '$data' holds no operator.token, without \
which the daemon at $url cannot be queried: name the data folder of that daemon with --data"
# Only the folder's own token is used: it shows that this is the folder of the daemon at the URL.
unset BOTCTL_TOKEN

work=$(mktemp -d) || give_up "no temporary folder can be made: check the disk and TMPDIR"
trap 'rm -rf "$work"' EXIT
trap 'exit 69' HUP INT TERM
report=$work/report
: >"$report"
different=no
undone=no
denied=no

run_botctl() {
    "$botctl" "$@" --url "$url" --data "$data" ${ca:+--ca "$ca"} >"$work/out" 2>"$work/err"
}

report_line() {
    printf '%s\n' "$1" >>"$report"
}

indent() {
    LC_ALL=C sed -e 's/[[:cntrl:]]//g' -e 's/^/    /' "$1" >>"$report"
}

passed() { report_line "step $1: passed: $2"; }

failed() {
    different=yes
    report_line "step $1: FAILED: $2"
}

not_done() {
    undone=yes
    report_line "step $1: NOT DONE: $2"
}

report_line "consistency check of $data and $url at $(date -u +%Y-%m-%dT%H:%M:%SZ)"

# ---- Step 1: the application against the exchange ----

run_botctl reconcile
case $? in
    0) passed 1 "positions, balances and orders agree with the exchange" ;;
    1)
        failed 1 "the exchange reports other values: follow \
docs/runbooks/reconciliation-mismatch.md"
        indent "$work/out"
        ;;
    69)
        not_done 1 "the daemon does not respond at $url: start it, or use the right --url"
        ;;
    75)
        not_done 1 "the comparison with the exchange did not finish in time: run this again, and \
see docs/runbooks/exchange-down.md if it happens twice"
        ;;
    77)
        denied=yes
        not_done 1 "the daemon at $url does not accept the token in $data/operator.token: --data \
and --url must belong to the same daemon"
        ;;
    *)
        not_done 1 "botctl reconcile failed"
        ;;
esac
[ ! -s "$work/err" ] || indent "$work/err"

# ---- Steps 2 to 4: one check of all rows against the journal, reported step by step ----

run_botctl check
checked=$?
# Lines of the check: "critical balance_mismatch at record 7: ..."; an action follows each.
LC_ALL=C awk '/^(critical|warning) [a-z_]+[ :]/ { kind = $2; sub(/:$/, "", kind); print kind }' \
    "$work/out" >"$work/kinds"
named=$(awk 'END { print NR }' "$work/kinds")
counted=$(LC_ALL=C awk '/^[0-9]+ findings$/ { n = $1 } END { print n + 0 }' "$work/out")
clean=no
if LC_ALL=C awk '/^the rows agree with the journal$/ { found = 1 } END { exit !found }' \
    "$work/out"; then
    clean=yes
fi

# The findings of one step, by their kinds.
report_step() {
    step=$1
    good=$2
    kinds=$3
    found=$(awk -v kinds="$kinds" '
        BEGIN { split(kinds, list, " "); for (i in list) wanted[list[i]] = 1 }
        $1 in wanted { n += 1 }
        END { print n + 0 }' "$work/kinds")
    if [ "$found" -gt 0 ]; then
        failed "$step" "$found findings; follow docs/runbooks/data-damaged.md"
    elif [ "$clean" = yes ] || { [ "$named" -gt 0 ] && [ "$named" -eq "$counted" ]; }; then
        passed "$step" "$good"
    else
        not_done "$step" "the check of the store did not list all its findings"
    fi
}

report_step 2 "the balances equal the sums of the trades' postings" \
    "balance_mismatch conservation_broken unbalanced_postings duplicate_trade"
report_step 3 "every closed trade has an exit price" "closed_without_exit"
report_step 4 "every open position has its trades" "orphan_position position_mismatch"
case $checked in
    0) [ "$clean" = yes ] || not_done 2 "botctl check ended with 0, but its output is unknown" ;;
    1) failed "2 to 4" "findings of the check of all rows and of the journal" ;;
    *) not_done "2 to 4" "botctl check could not read the store in $data" ;;
esac
if [ "$checked" != 0 ]; then
    indent "$work/out"
    indent "$work/err"
else
    # The steps do not include whether the newest records are complete.
    LC_ALL=C awk '/^the last record of the archive could not be read/ { print "note: " $0 }' \
        "$work/out" >>"$report"
fi

# ---- Step 5: the report ----

result=consistent
status=0
if [ "$different" = yes ]; then
    result=inconsistent
    status=1
elif [ "$denied" = yes ]; then
    result=incomplete
    status=77
elif [ "$undone" = yes ]; then
    result=incomplete
    status=69
fi

undelivered() {
    report_line "step 5: NOT DONE: $1"
    [ "$status" != 0 ] || status=69
    delivered=no
}

delivered=yes
folder=$data/consistency
file=$folder/$(date -u +%Y%m%dT%H%M%SZ)-$$.txt
# The daemon takes 16 KiB; what is cut off stays in the file.
LC_ALL=C awk -v result="$result" '{ n += length($0) + 1 }
    n > 15000 { print "(cut here; the file has the rest)"; exit }
    { print }
    END { print "result: " result }' "$report" >"$work/short"
run_botctl report-check "$result" "$work/short" || {
    undelivered "the report is neither in the daemon's log nor in its event stream:"
    indent "$work/err"
}
if mkdir -p "$folder" && : >"$file.part"; then
    written=yes
else
    written=no
    undelivered "no file can be written in $folder: check the disk and the folder's owner"
fi
[ "$delivered" = no ] || report_line "step 5: passed: the report is in the daemon's log and in \
$file, and its result in the event stream"
report_line "result: $result"
cat "$report"
[ "$written" = yes ] || exit "$status"
if ! cat "$report" >"$file.part" || ! mv "$file.part" "$file"; then
    echo "consistency-check: the report cannot be written to $file: is the disk full?" >&2
    [ "$status" != 0 ] || status=69
    exit "$status"
fi
# Files that root writes are given to the service's user.
if [ "$(id -u)" = 0 ] && ! chown --reference="$data" "$folder" "$file"; then
    echo "consistency-check: $file cannot be given to the owner of $data" >&2
    [ "$status" != 0 ] || status=69
fi
# The newest thirty reports are kept. Their names are simple, so that ls prints them unchanged.
# shellcheck disable=SC2012
ls "$folder" | awk '/^[0-9TZ]+-[0-9]+\.txt$/ { names[++n] = $0 }
    END { for (i = 1; i <= n - 30; i++) print names[i] }' | while read -r old; do
    rm -f "$folder/$old"
done
exit "$status"
