"""clang-format, clang-tidy and check_rules over the changed files or over all of them."""
import concurrent.futures
import hashlib
import json
import re
import subprocess
import sys
import time

from dev import build, paths

FOLDERS = ["src", "sim", "tests", "cmake"]
# Code that decides about money; `./dev check --full` checks the other sources too.
PURE_LAYERS = ["base", "model", "protocol", "resilience", "operations", "core", "venue", "gateway",
               "ports", "runtime"]
FORMAT, TIDY = "clang-format-19", "clang-tidy-19"
# Three quarters of the time of clang-tidy. CI leaves them out; --all has them.
SLOW_CHECKS = ["clang-analyzer-*", "bugprone-reserved-identifier", "bugprone-standalone-empty",
               "bugprone-stringview-nullptr", "misc-unused-using-decls", "modernize-use-using"]


def tracked_or_new(arguments):
    done = subprocess.run(["git", "-C", str(paths.ROOT), *arguments], text=True,
                          capture_output=True, check=True)
    return {line for line in done.stdout.splitlines() if line}


def changed():
    """Files that differ from main's last commit, or are new."""
    base = "HEAD"
    probe = subprocess.run(["git", "-C", str(paths.ROOT), "rev-parse", "--verify", "-q", base],
                           capture_output=True, check=False)
    new = tracked_or_new(["ls-files", "--others", "--exclude-standard"])
    if probe.returncode != 0:
        return new | tracked_or_new(["ls-files"])
    branch = subprocess.run(["git", "-C", str(paths.ROOT), "merge-base", "main", "HEAD"],
                            text=True, capture_output=True, check=False).stdout.strip()
    return new | tracked_or_new(["diff", "--name-only", "--diff-filter=d", branch or base])


def cpp_files(everything):
    names = None if everything else changed()
    for folder in FOLDERS:
        for path in sorted((paths.ROOT / folder).rglob("*")):
            if path.suffix in {".hpp", ".cpp"}:
                if names is None or str(path.relative_to(paths.ROOT)) in names:
                    yield path


def in_batches(items, size=60):
    for start in range(0, len(items), size):
        yield items[start:start + size]


def format_files(write):
    """Formats in place, or lists what is not formatted. Always checks every file: it is quick."""
    failures = []
    for batch in in_batches([str(path) for path in cpp_files(everything=True)]):
        mode = ["-i"] if write else ["--dry-run", "-Werror"]
        done = subprocess.run([FORMAT, "--style=file", *mode, *batch], text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if "error:" in line]
            failures += sorted({line.split(":")[0] for line in lines}) or [done.stderr]
    return [f"not formatted: {name}" for name in failures]


def closure(path, seen):
    """`path` and all of our headers that it includes, directly or not."""
    if path in seen:
        return
    seen[path] = path.read_bytes()
    for name in re.findall(rb'^\s*#\s*include\s+"([^"]+)"', seen[path], re.MULTILINE):
        for base in (paths.ROOT / "src", paths.ROOT, paths.ROOT / "cmake" / "include"):
            header = base / name.decode()
            if header.is_file():
                closure(header, seen)


def fingerprint(path, command, tool, checks):
    """Changes whenever clang-tidy's output for `path` could change."""
    seen = {}
    closure(path, seen)
    parts = [tool, command.encode(), checks.encode(), (paths.ROOT / ".clang-tidy").read_bytes()]
    parts += [str(name).encode() + b"\0" + seen[name] for name in sorted(seen)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def tidy_one(path, mark, checks):
    """Output of clang-tidy, or None when it found nothing. A clean result is cached."""
    if mark.is_file():
        return None
    done = subprocess.run([TIDY, "--quiet", f"--checks={checks}", "-p",
                           str(paths.build_dir("lint")), str(path)],
                          text=True, capture_output=True, check=False)
    if done.returncode == 0:
        mark.touch()
        return None
    return done.stdout + (done.stderr if not done.stdout else "")


def tidy(everything, pure):
    """clang-tidy over sources that are not tests; headers are checked through them."""
    with build.locked("lint") as folder:
        build.configure("lint", folder, again=True)  # New files must be in the database.
    database = json.loads((paths.build_dir("lint") / "compile_commands.json").read_text())
    commands = {entry["file"]: entry["command"] for entry in database}
    roots = [paths.ROOT / "src", paths.ROOT / "sim"]
    if pure:
        roots = [paths.ROOT / "src" / layer for layer in PURE_LAYERS]
    picked = [path for path in cpp_files(everything)
              if path.suffix == ".cpp" and not path.stem.endswith(("_test", "_fuzz"))
              and any(path.is_relative_to(root) for root in roots)]
    unknown = [path for path in picked if str(path) not in commands]
    failures = [f"clang-tidy: {path.relative_to(paths.ROOT)} is in no target" for path in unknown]
    picked = [path for path in picked if str(path) in commands]
    marks = paths.build_dir("lint") / "clang-tidy"
    marks.mkdir(exist_ok=True)
    checks = ",".join(f"-{name}" for name in SLOW_CHECKS) if pure else ""
    tool = subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout
    with concurrent.futures.ThreadPoolExecutor(max_workers=paths.JOBS) as pool:
        jobs = {}
        for path in picked:
            mark = marks / fingerprint(path, commands[str(path)], tool, checks)
            jobs[pool.submit(tidy_one, path, mark, checks)] = path
        for number, job in enumerate(concurrent.futures.as_completed(jobs), 1):
            name, output = jobs[job].relative_to(paths.ROOT), job.result()
            print(f"clang-tidy {number}/{len(picked)} {name}", flush=True)
            if output is not None:
                print(output.replace(f"{paths.ROOT}/", ""), flush=True)
                failures.append(f"clang-tidy: {name}")
    return failures


def rules():
    done = subprocess.run([sys.executable, str(paths.TOOLS / "check_rules.py")], check=False)
    return [] if done.returncode == 0 else ["check_rules"]


def lint(everything, with_tidy=True, pure=False):
    """All linters; the list of failures."""
    failures = []
    steps = [("check_rules", rules), ("clang-format", lambda: format_files(write=False))]
    if with_tidy:
        steps.append(("clang-tidy", lambda: tidy(everything, pure)))
    for name, step in steps:
        start = time.monotonic()
        failures += step()
        print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)
    for failure in failures:
        print(f"failed: {failure}")
    return failures
