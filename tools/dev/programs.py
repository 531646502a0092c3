"""bench, crash, sim and coverage: they build a program, run it and report its verdict."""
import json
import pathlib
import subprocess
import sys

from dev import build, error_lines, paths, report, suite, test_minutes

# Programs that tests start as processes.
PROGRAMS = {"botcored", "botctl"}
LLVM_COV, LLVM_PROFDATA = "llvm-cov-19", "llvm-profdata-19"


def missing(name):
    print(f"{name} does not exist in this version of the tree.", file=sys.stderr)
    return paths.EXIT_MISSING


def run_program(name, arguments, json_file, preset="release", targets=()):
    """Builds and runs a program of the project. Fails when it does not write `json_file`."""
    if not build.has_target(preset, name):
        return missing(name)
    build.build(preset, [name, *(t for t in targets if build.has_target(preset, t))])
    program = paths.binary(preset, name)
    if not program.is_file():
        return missing(name)
    command = [str(program), *arguments]
    if json_file:
        pathlib.Path(json_file).unlink(missing_ok=True)
        command += ["--json", json_file]
    status = subprocess.run(command, cwd=paths.ROOT, env=paths.environment(),
                            check=False).returncode
    if json_file and status == 0 and not pathlib.Path(json_file).is_file():
        print(f"{name} ended with 0 but wrote no {json_file}", file=sys.stderr)
        return 1
    return status


def bench(options):
    status = run_program("botcore_bench", options.rest, options.json, targets=["botcored"])
    if "--only" in options.rest:
        return status
    found, line = test_minutes.figure()
    print(line)
    if found and options.json and pathlib.Path(options.json).is_file():
        written = json.loads(pathlib.Path(options.json).read_text(encoding="utf-8"))
        written["figures"]["test_minutes_cold"] = found
        pathlib.Path(options.json).write_text(json.dumps(written, indent=2) + "\n", "utf-8")
    return status


def crash(options):
    arguments = list(options.rest)
    if options.kills is not None:
        arguments += ["--kills", str(options.kills)]
    return run_program("botcore_crash", arguments, options.json, targets=["botcored"])


def sim(options):
    arguments = list(options.rest)
    for name in ("seeds", "minutes", "seed"):
        value = getattr(options, name)
        if value is not None:
            arguments += [f"--{name}", str(value)]
    return run_program("botsim", arguments, options.json)


def coverage(options):
    """Line and branch coverage by folder and the lines that handle errors, from the tests of the
    preset `coverage` and the scenarios over real processes. A process killed by kill -9 writes no
    profile."""
    build.build("coverage")
    folder = paths.build_dir("coverage")
    for old in folder.glob("*.profraw"):
        old.unlink()
    profile = folder / "tests-%8m.profraw"
    paths_environment = paths.environment
    paths.environment = lambda: {**paths_environment(), "LLVM_PROFILE_FILE": str(profile)}
    try:
        counts = suite.run("coverage", ["-LE", suite.RELEASE_LABELS])
        # Verdicts of scenarios count in the release build; here they only add coverage.
        suite.run("coverage", ["-L", "^chaos$"])
    finally:
        paths.environment = paths_environment
    merged = folder / "tests.profdata"
    raw = [str(file) for file in folder.glob("*.profraw")]
    if not raw:
        print("no test wrote a coverage profile", file=sys.stderr)
        return report.write(options.json, "coverage", ["no profile"])
    subprocess.run([LLVM_PROFDATA, "merge", "-sparse", *raw, "-o", str(merged)], check=True)
    programs = sorted(p for p in (folder / "bin").iterdir()
                      if p.name.endswith("_tests") or p.name in PROGRAMS)
    objects = [str(programs[0])] + [part for p in programs[1:] for part in ("-object", str(p))]
    ignore = "-ignore-filename-regex=(_test|_fuzz)\\.cpp$|/usr/|/build/|/cmake/"
    done = subprocess.run([LLVM_COV, "export", "-skip-expansions", "-skip-functions",
                           "-instr-profile", str(merged), ignore, *objects],
                          text=True, capture_output=True, check=True)
    files = json.loads(done.stdout)["data"][0]["files"]
    figures, missed = by_folder(files), []
    figures.update(errors_by_folder(files, missed))
    for name, value in figures.items():
        print(f"{name:40} {value['value']:6.1f} %")
    print(*(f"no test reached {place}" for place in missed), sep="\n")
    failures = list(counts.failures)
    if not figures["error_lines_pct"]["ok"]:
        failures.append(f"tests reach {figures['error_lines_pct']['value']} % of the lines that "
                        f"handle errors, not {error_lines.AIM_PERCENT:.0f} %")
    return report.write(options.json, "coverage", failures, figures,
                        more={"error_lines_missed": missed})


def errors_by_folder(files, missed):
    """Figures of the lines under src that handle errors; `missed` gets those without a test."""
    sums = {"error_lines_pct": [0, 0]}
    for entry in sorted(files, key=lambda entry: entry["filename"]):
        path = pathlib.Path(entry["filename"]).relative_to(paths.ROOT)
        if path.parts[0] != "src":
            continue
        text = pathlib.Path(entry["filename"]).read_text(encoding="utf-8")
        lines, unreached = error_lines.judge(text, entry["segments"])
        for name in ("error_lines_pct", f"{path.parts[1]}_error_lines_pct"):
            counts_so_far = sums.setdefault(name, [0, 0])
            counts_so_far[0] += len(lines) - len(unreached)
            counts_so_far[1] += len(lines)
        missed += [f"{path}:{line}" for line in unreached]
    return {name: report.figure(round(100 * covered / total, 1), "%", error_lines.AIM_PERCENT,
                                name != "error_lines_pct" or
                                100 * covered >= error_lines.AIM_PERCENT * total)
            for name, (covered, total) in sorted(sums.items()) if total}


def by_folder(files):
    sums = {}
    for entry in files:
        parts = pathlib.Path(entry["filename"]).relative_to(paths.ROOT).parts
        name = "_".join(parts[1:2] if parts[0] == "src" else parts[0:1])
        for kind in ("lines", "branches"):
            counts_so_far = sums.setdefault(f"{name}_{kind}_pct", [0, 0])
            counts_so_far[0] += entry["summary"][kind]["covered"]
            counts_so_far[1] += entry["summary"][kind]["count"]
    return {name: report.figure(round(100 * covered / total, 1), "%")
            for name, (covered, total) in sorted(sums.items()) if total}
