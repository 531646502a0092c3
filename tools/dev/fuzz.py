"""The fuzzers: programs of the preset dev, each with a committed corpus under tests/fuzz/corpus."""
import concurrent.futures
import dataclasses
import pathlib
import subprocess
import sys
import tempfile

from dev import build, paths, report
from spelling import did_you_mean

PRESET = "dev"
SHARED_SECONDS = 120
FULL_SECONDS = 600
AT_ONCE = 2
# Limits of one input; the memory holds a whole API with its store.
LIMITS = ["-timeout=60", "-rss_limit_mb=4096"]


@dataclasses.dataclass
class Run:
    name: str
    executed: int = 0
    status: int = 0
    output: str = ""

    def ok(self):
        return self.status == 0 and self.executed > 0


def names():
    """Every fuzzer of the tree, without the ending `_fuzz`."""
    files = [*(paths.ROOT / "tests").rglob("*_fuzz.cpp"), *(paths.ROOT / "src").rglob("*_fuzz.cpp")]
    return sorted(file.stem.removesuffix("_fuzz") for file in files)


def corpus(name):
    return paths.ROOT / "tests" / "fuzz" / "corpus" / name


def memory_folder():
    shared = pathlib.Path("/dev/shm")
    return str(shared) if shared.is_dir() else None


def run_one(name, seconds):
    """Runs one fuzzer over its corpus and what earlier runs found, which is kept under build/."""
    folder = paths.build_dir(PRESET) / "fuzz"
    found_corpus, crashes = folder / "corpus" / name, folder / "found"
    for one in (found_corpus, crashes):
        one.mkdir(parents=True, exist_ok=True)
    program = paths.binary(PRESET, f"{name}_fuzz")
    command = [str(program), str(found_corpus),
               *([str(corpus(name))] if corpus(name).is_dir() else []),
               f"-max_total_time={seconds}", f"-artifact_prefix={crashes}/{name}-",
               "-print_final_stats=1", "-verbosity=0", *LIMITS]
    with tempfile.TemporaryDirectory(prefix="botcore-fuzz-", dir=memory_folder()) as scratch:
        environment = {**paths.environment(), "TMPDIR": scratch, "TEST_TMPDIR": scratch}
        done = subprocess.run(command, cwd=paths.ROOT, env=environment, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
    executed = [line.split()[-1] for line in done.stdout.splitlines()
                if line.startswith("stat::number_of_executed_units")]
    return Run(name, int(executed[0]) if executed else 0, done.returncode, done.stdout)


def crash_input_of(run):
    """The file with the input that crashed the fuzzer, or None."""
    for line in run.output.splitlines():
        _, mark, path = line.partition("Test unit written to ")
        if mark:
            return path.strip()
    return None


def print_result(run):
    print(f"fuzz {run.name}: {run.executed} runs, {'passed' if run.ok() else 'FAILED'}", flush=True)
    if run.ok():
        return
    print(run.output[-8000:], file=sys.stderr)
    path = crash_input_of(run)
    if path:
        program = paths.binary(PRESET, f"{run.name}_fuzz").relative_to(paths.ROOT)
        print(f"the input: {path}\nto repeat: {program} {path}", flush=True)


def run_all(wanted, seconds):
    """Runs the fuzzers `wanted` for `seconds` each, two at a time."""
    print(f"fuzzing {len(wanted)} parsers for {seconds} s each, {AT_ONCE} at a time", flush=True)
    runs = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        jobs = [pool.submit(run_one, name, seconds) for name in wanted]
        for job in concurrent.futures.as_completed(jobs):
            runs.append(job.result())
            print_result(runs[-1])
    return sorted(runs, key=lambda run: run.name)


def run_shared():
    """What ./test does: all fuzzers share two minutes."""
    every = names()
    return run_all(every, max(1, SHARED_SECONDS // len(every)))


def fuzz(options):
    """One fuzzer, or all of them, for `--seconds` each."""
    wanted = names()
    if options.name:
        name = options.name.removesuffix("_fuzz")
        if name not in wanted:
            print(f"there is no fuzzer {name}{did_you_mean(name, wanted)}; there are",
                  ", ".join(wanted), file=sys.stderr)
            return paths.EXIT_USAGE
        wanted = [name]
    build.build(PRESET, [f"{name}_fuzz" for name in wanted])
    runs = run_all(wanted, max(1, options.seconds))
    figures = {f"{run.name}_runs": report.figure(run.executed, "runs", ok=run.ok())
               for run in runs}
    failures = [f"fuzz: {run.name}" for run in runs if not run.ok()]
    return report.write(options.json, "fuzz", failures, figures)
