#!/bin/sh
# kill -9 of the real daemon under load, 200 times: nothing acknowledged is lost, nothing doubled.
#
# @spec:R0-GOAL-02 R0-SM-06 R3-TX-01 R3-AC-20 R3-IDEM-08 R4-AUTO-09 R4-AUTO-10 TC-REL-002 I8 I10
#
#   survives_kill_under_load.sh BOTCORE_CRASH
set -eu
exec "$1" --kills 200 --seed 1
