"""Runs tests through ctest and counts what ctest itself reports."""
import dataclasses
import os
import subprocess
import sys
import xml.etree.ElementTree as xml

from dev import build, fuzz, paths, test_minutes

# Labels of tests that measure speed or kill processes: they run on the release build.
RELEASE_LABELS = "^(crash|bench-smoke|chaos|load)$"
# In a fresh clone several sources are compiled at a time, so that headers are read less often; a
# folder that `./dev build` has configured compiles each by itself, so that one change is quick.
WHEN_NEW = ["-DCMAKE_UNITY_BUILD=ON"]
TIMEOUT_SECONDS = 120
JOBS = 2


@dataclasses.dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list = dataclasses.field(default_factory=list)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures

    def line(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")

    def ok(self):
        return self.failed == 0 and self.passed > 0


def outcome(case):
    """'pass', 'fail' or 'skip' of one <testcase>. A test that did not run otherwise failed."""
    status = case.get("status")
    if status == "run":
        return "pass" if case.find("failure") is None else "fail"
    skipped = case.find("skipped")
    message = "" if skipped is None else skipped.get("message", "")
    if status == "disabled" or message.startswith("SKIP_"):
        return "skip"
    return "fail"


def read_results(file):
    """Outcome by test name from one JUnit file."""
    return {case.get("name"): outcome(case) for case in xml.parse(file).iter("testcase")}


def count(file, preset):
    counts = Counts()
    try:
        cases = list(xml.parse(file).iter("testcase"))
    except (OSError, xml.ParseError) as error:
        return Counts(failed=1, failures=[f"{preset}: no readable test results: {error}"])
    for case in cases:
        result = outcome(case)
        if result == "pass":
            counts.passed += 1
        elif result == "skip":
            counts.skipped += 1
        else:
            counts.failed += 1
            counts.failures.append(f"{preset}: {case.get('name')}")
    return counts


def run(preset, selection, results="test-results.xml", none_is_error=True):
    """One ctest run over `selection` (ctest arguments); the counts of its JUnit file."""
    file = paths.build_dir(preset) / results
    file.unlink(missing_ok=True)
    command = ["ctest", "--test-dir", str(paths.build_dir(preset)), "--output-on-failure",
               "--timeout", str(TIMEOUT_SECONDS), "-j", str(JOBS), "--output-junit", str(file),
               f"--no-tests={'error' if none_is_error else 'ignore'}", *selection]
    sys.stdout.flush()
    status = subprocess.run(command, cwd=paths.ROOT, env=paths.environment(),
                            stdin=subprocess.DEVNULL, check=False).returncode
    if not file.is_file() and not none_is_error and status == 0:
        return Counts()
    counts = count(file, preset)
    if status != 0 and counts.failed == 0:
        counts.failed += 1
        counts.failures.append(f"{preset}: ctest ended with status {status}")
    return counts


def count_fuzzers(runs):
    """Each fuzzer counts as one test."""
    failures = [f"fuzz: {run.name}" for run in runs if not run.ok()]
    return Counts(len(runs) - len(failures), len(failures), failures=failures)


def data_missing():
    """The error when CI lacks the recorded exchange data, or None."""
    if os.environ.get("CI") == "true" and "BOTTEST_DATA" not in paths.environment():
        return "CI=true, and ../shared/data/binance (the recorded exchange data) is missing"
    return None


def run_all():
    """What ./test does. The last line printed is the sum."""
    total = Counts()
    stopwatch = test_minutes.Stopwatch()
    missing = data_missing()
    if missing:
        total.add(Counts(failed=1, failures=[missing]))
        return finish(total)
    for preset, targets in (("dev", ()), ("release", ("release_tests",))):
        try:
            build.build(preset, targets, when_new=WHEN_NEW)
        except build.BuildFailed as error:
            total.add(Counts(failed=1, failures=[str(error)]))
            return finish(total)
    total.add(run("dev", ["-LE", RELEASE_LABELS]))
    total.add(count_fuzzers(fuzz.run_shared()))
    total.add(run("release", ["-L", RELEASE_LABELS], none_is_error=False))
    if total.ok():
        stopwatch.write()
    return finish(total)


def finish(total):
    print()
    if not total.ok() and not total.failures:
        total.failures.append("no test ran")
    for failure in total.failures:
        print(f"failed: {failure}")
    print(total.line(), flush=True)
    return total


if __name__ == "__main__":
    sys.exit(0 if run_all().ok() else 1)
