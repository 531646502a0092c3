"""Parses ./dev's command line and calls the module of the command."""
import argparse
import os
import subprocess
import sys
import time

from dev import (accept, build, chaos, errors, fuzz, lint, monitor, paths, programs, record,
                 report, suite)
from spelling import Parser, did_you_mean

HELP = """\
./dev COMMAND [options]              everything a developer does daily

  setup                              install the packages that are missing
  build [PRESET] [TARGET...]         dev (default), release, tsan, gcc, coverage
  test [FILTER] [--preset P]         build and run the tests whose name matches FILTER
  run [options of botcored]          the daemon under its supervisor, as ./run
  fmt                                clang-format every source in place
  lint [--all|--pure]         check_rules, clang-format, clang-tidy (changed files or all)
  check [--fast | --full]            fast: rules, format, unit tests; default: what CI runs;
                                     full: every preset, all linters, each fuzzer 10 min
  accept [ID...]                     which test shows which requirement; runs those of ID;
                                     writes docs/TRACEABILITY_MATRIX.md
  bench                              every figure with the machine's limit beside it
  crash [--kills N]                  kill -9 under load, restart, check
  chaos [--short] [NAME] [--seed S]  scenarios over real processes: faults, limits, shutdown
  drill [--short]                    a machine lost under load, restored from the archive: RPO, RTO
  monitor [--check]                  a daemon beside Prometheus, Alertmanager, probes and
                                     receivers, until Ctrl-C
  errors                             every error value and the test that reaches it
  sim [--seeds N | --minutes M | --seed S]
                                     the deterministic simulator
  fuzz [NAME] [--seconds S]          one fuzzer, or all of them, for S seconds each
  record FOLDER [--against OLDER]    what the API responds in its tests; two versions compared
  coverage                           line and branch coverage by folder, and of error handling

bench, crash, chaos, drill, monitor, errors, sim, fuzz, coverage, accept, check, lint and test
take --json FILE.
bench, crash and sim pass options that they do not know on to the program.
"""


def parser(name_given):
    """The parser of all commands, and that of the command `name_given`."""
    top = Parser(prog="./dev", add_help=False)
    commands = top.add_subparsers(dest="command")

    def command(name, has_report=False):
        sub = commands.add_parser(name, prog=f"./dev {name}", add_help=False)
        if has_report:
            sub.add_argument("--json")
        return sub

    for name in ("help", "setup", "fmt", "run"):
        command(name)
    one = command("build")
    one.add_argument("preset", nargs="?", default="dev")
    one.add_argument("targets", nargs="*")
    one = command("test", True)
    one.add_argument("filter", nargs="?")
    one.add_argument("--preset", default="dev", choices=paths.PRESETS)
    one = command("lint", True)
    one.add_argument("--all", action="store_true")
    one.add_argument("--pure", action="store_true")
    one = command("check", True)
    how = one.add_mutually_exclusive_group()
    how.add_argument("--fast", action="store_true")
    how.add_argument("--full", action="store_true")
    command("accept", True).add_argument("ids", nargs="*", metavar="ID")
    command("bench", True)
    command("crash", True).add_argument("--kills", type=int)
    one = command("chaos", True)
    one.add_argument("name", nargs="?")
    one.add_argument("--short", action="store_true")
    one.add_argument("--seed", type=int, default=1)
    command("drill", True).add_argument("--short", action="store_true")
    command("monitor", True).add_argument("--check", action="store_true")
    command("errors", True)
    one = command("record")
    one.add_argument("folder")
    one.add_argument("--against", metavar="OLDER")
    one = command("sim", True)
    how = one.add_mutually_exclusive_group()
    how.add_argument("--seeds", type=int)
    how.add_argument("--minutes", type=int)
    how.add_argument("--seed", type=int)
    one = command("fuzz", True)
    one.add_argument("name", nargs="?")
    one.add_argument("--seconds", type=int, default=60)
    command("coverage", True)
    return top, commands.choices[name_given]


def setup(_options):
    status = subprocess.run([str(paths.TOOLS / "install.sh")], check=False).returncode
    if status == 0:
        print("Everything needed is installed.")
    return status


def run_daemon(options):
    os.execv(str(paths.ROOT / "run"), ["run", *options.rest])


def build_preset(options):
    build.build(options.preset, options.targets)
    return 0


def test(options):
    build.build(options.preset)
    selection = ["-R", options.filter] if options.filter else ["-LE", suite.RELEASE_LABELS]
    counts = suite.run(options.preset, selection, results="test-results-part.xml")
    suite.finish(counts)
    return report.write(options.json, "test", counts.failures)


def fmt(_options):
    failures = lint.format_files(write=True)
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


def lint_files(options):
    return report.write(options.json, "lint", lint.lint(options.all or options.pure,
                                                           pure=options.pure))


def check_fast():
    """Under a minute on a warm build: rules, format and the unit tests."""
    failures = lint.lint(everything=False, with_tidy=False)
    build.build("dev")
    counts = suite.run("dev", ["-L", "^(unit|rules)$"], results="test-results-part.xml")
    suite.finish(counts)
    return failures + counts.failures


def check_full():
    failures = lint.lint(everything=True)
    failures += suite.run_all().failures
    for preset in ("gcc", "tsan"):
        build.build(preset)
        failures += suite.run(preset, ["-LE", suite.RELEASE_LABELS]).failures
    build.build("dev", ["all_verify_interface_header_sets"])
    runs = fuzz.run_all(fuzz.names(), fuzz.FULL_SECONDS)
    return failures + [f"fuzz: {run.name}" for run in runs if not run.ok()]


def check(options):
    start = time.monotonic()
    if options.fast:
        failures = check_fast()
    elif options.full:
        failures = check_full()
    else:
        status = subprocess.run([str(paths.ROOT / ".ci" / "run")], check=False,
                                stdin=subprocess.DEVNULL).returncode
        failures = [] if status == 0 else [f".ci/run ended with status {status}"]
    if options.fast or options.full:
        minutes = (time.monotonic() - start) / 60
        print(f"check: {minutes:.1f} min, {len(failures)} failures")
        for failure in failures:
            print(f"failed: {failure}")
    return report.write(options.json, "check", failures)


COMMANDS = {
    "setup": setup, "build": build_preset, "test": test, "run": run_daemon, "fmt": fmt,
    "lint": lint_files, "check": check, "accept": accept.accept, "bench": programs.bench,
    "crash": programs.crash, "chaos": chaos.chaos, "drill": chaos.drill,
    "monitor": monitor.monitor, "errors": errors.errors, "record": record.main,
    "sim": programs.sim, "fuzz": fuzz.fuzz, "coverage": programs.coverage,
}
PASS_ON = {"run", "bench", "crash", "sim"}


def main(arguments):
    asks_help = {"-h", "--help"} & set(arguments) and arguments[:1] != ["run"]
    if not arguments or arguments[0] == "help" or asks_help:
        print(HELP, end="")
        return 0
    if arguments[0] not in COMMANDS:
        print(f"./dev has no command {arguments[0]}{did_you_mean(arguments[0], COMMANDS)}; "
              "see ./dev help", file=sys.stderr)
        return paths.EXIT_USAGE
    if arguments[0] == "run":
        options = argparse.Namespace(command="run", rest=arguments[1:])
    else:
        top, command = parser(arguments[0])
        options, options.rest = top.parse_known_args(arguments)
        if options.rest and options.command not in PASS_ON:
            print(f"./dev {options.command}: {command.refusal_of(options.rest)}", file=sys.stderr)
            return paths.EXIT_USAGE
    try:
        return COMMANDS[options.command](options)
    except build.BuildFailed as error:
        print(error, file=sys.stderr)
        return report.write(getattr(options, "json", None), options.command, [str(error)])
    except FileNotFoundError as error:
        print(f"{error.filename} is not installed; ./dev setup installs what is missing",
              file=sys.stderr)
        return paths.EXIT_MISSING
    except KeyboardInterrupt:
        return 130
