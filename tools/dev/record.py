"""Recordings of the API, to compare two versions: every request of the tests and its response.

The tests write a line for each request into the folder that BOTTEST_RECORD names. Names of tests do
not count in a comparison, so that a test may be renamed or moved; what a test sends and gets does.
"""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys

from dev import build, paths

PROGRAMS = ["botcore_api_tests", "botcore_net_tests"]
# What differs between two runs of one version, and nothing else.
MASKS = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "TIME"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "UUID"),
    (re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{16})\b"), "HASH"),
    (re.compile(r"\bbct_[\w-]{43}"), "TOKEN"),
    (re.compile(r"\breq_[a-z0-9]{20}\b"), "REQUEST_ID"),
    (re.compile(r"\bu-[a-z0-9]{12}\b"), "USER"),
    (re.compile(r'("token_ending":")[\w-]{4}"'), r'\1LAST"'),
    (re.compile(r'(sessions/|"session":"|"id":")[a-z0-9]{16}\b'), r"\1SESSION"),
    (re.compile(r"(127\.0\.0\.1|localhost):\d+"), r"\1:PORT"),
    (re.compile(r"/tmp/[\w./-]+"), "PATH"),
]
# Measured values: they differ from run to run.
MEASURED = re.compile(
    r'("(?:uptime_seconds|memory_bytes|open_files|latency_ms|cpu_seconds|response_time_ms|uptime|'
    r'load|response_ms|lag_ms|seconds)":)[-\d.eE+]+')
UNCOMPARED = {"/metrics"}


def masked(value):
    for pattern, name in MASKS:
        value = pattern.sub(name, value)
    return MEASURED.sub(r"\1N", value)


def masked_fields(exchange):
    fields = {name: masked(value) if isinstance(value, str) else value
              for name, value in exchange.items()}
    return {**fields, "headers": [masked(header) for header in exchange["headers"]]}


def load(folder):
    """Every exchange of a recording with the number of times it occurs."""
    found = collections.Counter()
    files = sorted(pathlib.Path(folder).glob("*.jsonl"))
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            exchange = json.loads(line)
            if exchange["target"].split("?")[0] not in UNCOMPARED:
                found[json.dumps(masked_fields(exchange), ensure_ascii=False)] += 1
    return found


def differences(old, new):
    """Pairs of texts: what only the old recording has and what only the new one has."""
    gone, added = old - new, new - old

    def key(text):
        exchange = json.loads(text)
        return exchange["method"], exchange["target"], exchange["body"], text

    return sorted(gone.elements(), key=key), sorted(added.elements(), key=key)


def show(sign, text):
    exchange = json.loads(text)
    print(f"{sign} {exchange['method']} {exchange['target']} {exchange['body']}\n"
          f"    {exchange['status']} {exchange['headers']}\n    {exchange['response']}")


def compare(old_folder, new_folder):
    """Prints every difference; 1 when there is one, or when there is nothing to compare."""
    old, new = load(old_folder), load(new_folder)
    if not old or not new:
        print("record: a recording is empty, so nothing was compared", file=sys.stderr)
        return 1
    gone, added = differences(old, new)
    for text in gone:
        show("-", text)
    for text in added:
        show("+", text)
    print(f"record: {sum(old.values())} exchanges before, {sum(new.values())} now, "
          f"{len(gone)} only before, {len(added)} only now")
    return 1 if gone or added else 0


def record(folder):
    """Runs the tests of the API and records into an empty folder."""
    folder = pathlib.Path(folder).resolve()
    if folder.exists() and any(folder.iterdir()):
        print(f"record: {folder} is not empty; name another folder", file=sys.stderr)
        return 1
    build.build("dev", PROGRAMS)
    environment = {**os.environ, "BOTTEST_RECORD": str(folder)}
    statuses = [subprocess.run([paths.ROOT / "build/dev/bin" / program, "--gtest_brief=1"],
                               cwd=paths.ROOT, check=False, env=environment).returncode
                for program in PROGRAMS]
    print(f"record: {sum(load(folder).values())} exchanges in {folder}")
    return max(statuses)


def main(options):
    """Records into an empty folder; an existing recording is only compared."""
    folder = pathlib.Path(options.folder)
    has_recording = folder.is_dir() and any(folder.glob("*.jsonl"))
    if not (options.against and has_recording):
        status = record(folder)
        if status != 0 or not options.against:
            return status
    return compare(options.against, folder)
