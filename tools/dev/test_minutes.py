"""How long ./test takes from a cold clone: written by ./test, printed by ./dev bench."""
import json
import subprocess
import time

from dev import paths, report

FILE = paths.ROOT / "build" / "test-minutes.json"
AIM_MINUTES = 15
# A run counts as cold when nothing was built in the folder before, and the compiler's cache served
# at most this share of the sources.
COLD_SHARE = 0.05


def cache_counts():
    """How many sources the compiler's cache has served, and how many were compiled."""
    done = subprocess.run(["ccache", "--print-stats"], text=True, capture_output=True,
                          check=False)
    counts = dict(line.split("\t") for line in done.stdout.splitlines() if "\t" in line)
    hits = sum(int(counts.get(f"{kind}_cache_hit", 0)) for kind in ("direct", "preprocessed"))
    return hits, int(counts.get("cache_miss", 0))


class Stopwatch:
    """Starts when it is made."""

    def __init__(self):
        self.began, self.counts = time.monotonic(), cache_counts()
        self.is_fresh = not (paths.build_dir("dev") / "CMakeCache.txt").is_file()

    def write(self, file=FILE):
        """Writes the time of a run of ./test that was green."""
        served, compiled = (after - before
                            for after, before in zip(cache_counts(), self.counts))
        file.write_text(json.dumps({"minutes": round((time.monotonic() - self.began) / 60, 1),
                                    "fresh": self.is_fresh, "compiled": compiled,
                                    "from_cache": served, "commit": report.commit()}) + "\n",
                        encoding="utf-8")


def figure(file=FILE):
    """The figure for the report, or None without a cold run, and the line that says it."""
    name = "test_minutes_cold"
    try:
        run = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        return None, f"{name}: not measured, since ./test was not green in this folder"
    sources = run["compiled"] + run["from_cache"]
    if not run["fresh"] or run["from_cache"] > COLD_SHARE * sources:
        cause = (f"the compiler's cache served {run['from_cache']} of {sources} sources"
                 if run["fresh"] else "the folder was built before")
        return None, (f"{name}: not measured, since {cause}; run ./test in a fresh clone with an "
                      "empty CCACHE_DIR")
    found = report.figure(run["minutes"], "min", AIM_MINUTES, run["minutes"] <= AIM_MINUTES)
    return found, f"{name}: {run['minutes']} min at {run['commit']} (aim: {AIM_MINUTES} min)"
