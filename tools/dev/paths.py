"""Where things are, and the environment that builds and tests run in."""
import os
import pathlib
import shutil

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools"
PRESETS = ["dev", "release", "tsan", "gcc", "coverage"]
DATA = ROOT.parent / "shared" / "data" / "binance"
JOBS = os.cpu_count() or 2

EXIT_MISSING = 69  # EX_UNAVAILABLE: what was requested does not exist here.
EXIT_SKIPPED = 77  # Nothing could run here; this is no failure.
EXIT_USAGE = 2  # The command line is not understood.


def build_dir(preset):
    return ROOT / "build" / preset


def binary(preset, name):
    return build_dir(preset) / "bin" / name


def environment():
    """The environment of every test and program that a command starts."""
    env = dict(os.environ)
    if "BOTTEST_DATA" not in env and DATA.is_dir():
        env["BOTTEST_DATA"] = str(DATA)
    symbolizer = shutil.which("llvm-symbolizer-19")
    if symbolizer:
        env.setdefault("ASAN_SYMBOLIZER_PATH", symbolizer)
        env.setdefault("TSAN_OPTIONS", f"external_symbolizer_path={symbolizer}")
    env.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
    return env
