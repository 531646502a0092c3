"""bench, crash, sim, fuzz and coverage: they build a program, run it and pass its verdict on."""
import json
import pathlib
import subprocess
import sys

from dev import build, paths, report, suite

LLVM_COV, LLVM_PROFDATA = "llvm-cov-19", "llvm-profdata-19"


def missing(name):
    print(f"{name} does not exist in this version of the tree.", file=sys.stderr)
    return paths.EXIT_MISSING


def run_program(name, arguments, json_file, preset="release", targets=()):
    """Builds and runs one of our programs. It writes `json_file` itself; we check that it did."""
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
        print(f"{name} ended well but wrote no {json_file}", file=sys.stderr)
        return 1
    return status


def bench(options):
    return run_program("botcore_bench", options.rest, options.json, targets=["botcored"])


def crash(options):
    arguments = list(options.rest)
    if options.kills is not None:
        arguments += ["--kills", str(options.kills)]
    return run_program("botcore_crash", arguments, options.json, targets=["botcored"])


def sim(options):
    arguments = list(options.rest)
    for name in ("seeds", "minutes", "seed", "variant"):
        value = getattr(options, name)
        if value is not None:
            arguments += [f"--{name}", str(value)]
    return run_program("botsim", arguments, options.json)


def fuzz(options):
    """Runs one fuzzer, or all of them with the time split evenly."""
    if not build.has_target("fuzz", "fuzzers"):
        return missing("the preset fuzz")
    build.build("fuzz", ["fuzzers"])
    programs = sorted((paths.build_dir("fuzz") / "bin").glob("*_fuzz"))
    if options.name:
        wanted = options.name.removesuffix("_fuzz") + "_fuzz"
        programs = [program for program in programs if program.name == wanted]
    if not programs:
        return missing(f"fuzzer {options.name}" if options.name else "any fuzzer")
    seconds = max(1, options.seconds // len(programs))
    failures, figures = [], {}
    for program in programs:
        corpus = paths.build_dir("fuzz") / "corpus" / program.name
        found = paths.build_dir("fuzz") / "found"
        for folder in (corpus, found):
            folder.mkdir(parents=True, exist_ok=True)
        seeds = paths.ROOT / "tests" / "fuzz" / "corpus" / program.name.removesuffix("_fuzz")
        command = [str(program), str(corpus), *([str(seeds)] if seeds.is_dir() else []),
                   f"-max_total_time={seconds}", f"-artifact_prefix={found}/{program.name}-",
                   "-print_final_stats=1", "-verbosity=0"]
        print(f"{program.name}: {seconds} s", flush=True)
        done = subprocess.run(command, cwd=paths.ROOT, env=paths.environment(), text=True,
                              stderr=subprocess.PIPE, check=False)
        runs = [line.split()[-1] for line in done.stderr.splitlines()
                if "number_of_executed_units" in line]
        executed = int(runs[0]) if runs else 0
        figures[f"{program.name}_runs"] = report.figure(executed, "runs", ok=executed > 0)
        print(f"{program.name}: {executed} runs, exit {done.returncode}", flush=True)
        if done.returncode != 0 or executed == 0:
            print(done.stderr[-8000:], file=sys.stderr)
            failures.append(program.name)
    return report.write(options.json, "fuzz", failures, figures)


def coverage(options):
    """Line and branch coverage by folder, from the tests of the preset `coverage`."""
    build.build("coverage")
    folder = paths.build_dir("coverage")
    for old in folder.glob("*.profraw"):
        old.unlink()
    profile = folder / "tests-%8m.profraw"
    paths_environment = paths.environment
    paths.environment = lambda: {**paths_environment(), "LLVM_PROFILE_FILE": str(profile)}
    try:
        counts = suite.run("coverage", ["-LE", suite.RELEASE_LABELS])
    finally:
        paths.environment = paths_environment
    merged = folder / "tests.profdata"
    raw = [str(file) for file in folder.glob("*.profraw")]
    if not raw:
        print("no test wrote a coverage profile", file=sys.stderr)
        return report.write(options.json, "coverage", ["no profile"])
    subprocess.run([LLVM_PROFDATA, "merge", "-sparse", *raw, "-o", str(merged)], check=True)
    programs = sorted(p for p in (folder / "bin").iterdir() if p.name.endswith("_tests"))
    objects = [str(programs[0])] + [part for p in programs[1:] for part in ("-object", str(p))]
    ignore = "-ignore-filename-regex=(_test|_fuzz)\\.cpp$|/usr/|/build/|/cmake/"
    done = subprocess.run([LLVM_COV, "export", "-summary-only", "-instr-profile", str(merged),
                           ignore, *objects], text=True, capture_output=True, check=True)
    figures = by_folder(done.stdout)
    for name, value in figures.items():
        print(f"{name:40} {value['value']:6.1f} %")
    return report.write(options.json, "coverage", counts.failures, figures)


def by_folder(exported):
    sums = {}
    for entry in json.loads(exported)["data"][0]["files"]:
        parts = pathlib.Path(entry["filename"]).relative_to(paths.ROOT).parts
        name = "_".join(parts[1:2] if parts[0] == "src" else parts[0:1])
        for kind in ("lines", "branches"):
            have = sums.setdefault(f"{name}_{kind}_pct", [0, 0])
            have[0] += entry["summary"][kind]["covered"]
            have[1] += entry["summary"][kind]["count"]
    return {name: report.figure(round(100 * covered / total, 1), "%")
            for name, (covered, total) in sorted(sums.items()) if total}
