#!/bin/sh
# Every figure of ./dev bench can be measured and is printed; how large they are is not looked at.
#
#   figures_can_be_measured.sh BOTCORE_BENCH
set -eu
table=$("$1" --quick)
printf '%s\n' "$table"
for figure in fdatasync_p50_us store_commit_p50_us order_durable_p50_us order_durable_per_s_1 \
    order_durable_per_s_8 order_durable_per_s_64 store_orders_per_s_64 market_messages_per_s \
    empty_call_ns breaker_closed_ns pipeline_five_ns reliability_overhead_p50_pct \
    reliability_overhead_high_pct alerts_overhead_p50_pct alerts_overhead_high_pct \
    health_p99_ms restart_ms_1k restart_ms_1m rto_s rto_checked_s backup_p99_change_pct \
    reader_p99_ratio \
    order_p50_ms_tail order_p99_ms_tail order_p999_ms_tail order_worst_ms_tail rss_mb; do
    printf '%s\n' "$table" | grep -q "^$figure[ :]" || { echo "missing: $figure"; exit 1; }
done
