"""The one JSON shape in which every checking command reports."""
import json
import os
import pathlib
import platform
import subprocess

from dev import paths


def commit():
    done = subprocess.run(["git", "-C", str(paths.ROOT), "describe", "--always", "--abbrev=12",
                           "--exclude=*", "--dirty=+"], text=True, capture_output=True, check=False)
    return done.stdout.strip() or "unknown"


def machine():
    return f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} cores"


def figure(value, unit, aim=None, ok=True):
    return {"value": value, "unit": unit, "limit": None, "ratio": None, "aim": aim, "ok": ok}


def write(path, command, failures, figures=None, more=None):
    """Writes the report, with the fields of `more`, to `path` (unless it is None) and returns the
    exit status."""
    ok = not failures
    if path:
        pathlib.Path(path).write_text(json.dumps({
            "command": command, "commit": commit(), "machine": machine(), "ok": ok,
            "figures": figures or {}, "failures": failures, **(more or {})},
            indent=2) + "\n", encoding="utf-8")
    return 0 if ok else 1
