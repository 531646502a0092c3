"""Configures and builds a preset, quietly and with progress."""
import contextlib
import fcntl
import re
import subprocess
import sys
import time

from dev import paths

PROGRESS = re.compile(r"^\[(\d+)/(\d+)\] (.*)")
SECONDS_BETWEEN_LINES = 15


class BuildFailed(Exception):
    pass


@contextlib.contextmanager
def locked(preset):
    """A lock: one command at a time builds a preset."""
    folder = paths.build_dir(preset)
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def configure(preset, folder, again=False, when_new=()):
    cache, presets = folder / "CMakeCache.txt", paths.ROOT / "CMakePresets.json"
    fresh = (folder / "build.ninja").is_file() and cache.is_file()
    if not again and fresh and cache.stat().st_mtime > presets.stat().st_mtime:
        return
    options = [] if cache.is_file() else list(when_new)
    done = subprocess.run(["cmake", "--preset", preset, *options], cwd=paths.ROOT, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        print(done.stdout[-4000:], done.stderr[-8000:], sep="\n", file=sys.stderr)
        raise BuildFailed(f"cmake --preset {preset} failed")
    cache.touch()


def build(preset, targets=(), when_new=()):
    """Builds `targets` (all when empty). On failure prints the output, raises BuildFailed.
    `when_new`: options of cmake for a folder that has not been configured yet."""
    if preset not in paths.PRESETS:
        raise BuildFailed(f"no preset {preset}; there are {', '.join(paths.PRESETS)}")
    start = time.monotonic()
    with locked(preset) as folder:
        configure(preset, folder, when_new=when_new)
        command = ["cmake", "--build", str(folder)]
        if targets:
            command += ["--target", *targets]
        run(command, preset)
    print(f"built {preset} in {time.monotonic() - start:.0f} s", flush=True)


def run(command, preset):
    process = subprocess.Popen(command, cwd=paths.ROOT, text=True, errors="replace",
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    terminal = sys.stdout.isatty()
    shown, others = time.monotonic(), []
    for line in process.stdout:
        step = PROGRESS.match(line)
        if not step:
            others.append(line)
            continue
        if terminal:
            text = f"{preset} {step[1]}/{step[2]} {step[3].split(' ')[-1]}"
            print(f"\r\033[K{text[:100]}", end="", flush=True)
        elif time.monotonic() - shown > SECONDS_BETWEEN_LINES:
            shown = time.monotonic()
            print(f"building {preset}: {step[1]} of {step[2]}", flush=True)
    status = process.wait()
    if terminal:
        print("\r\033[K", end="", flush=True)
    if status != 0:
        print("".join(others)[-20000:], file=sys.stderr)
        raise BuildFailed(f"building {preset} failed")


def has_target(preset, target):
    """Whether the configured preset knows `target`."""
    with locked(preset) as folder:
        configure(preset, folder)
        done = subprocess.run(["ninja", "-C", str(folder), "-t", "query", target], text=True,
                              capture_output=True, check=False)
    return done.returncode == 0
