"""./dev chaos: scenarios over real processes, each with a verdict in JSON."""
import importlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from dev import build, paths, report
from spelling import Parser, did_you_mean

FOLDER = paths.ROOT / "tests" / "chaos"
SECONDS_MAX = {True: 110, False: 900}
OWN_SECONDS_MAX = re.compile(r"^SECONDS_MAX = (\d+)$", re.M)
TAG = re.compile(r"^# @spec:(.*)$", re.M)


def names():
    return sorted(file.stem for file in FOLDER.glob("*.py"))


def spec_of(name):
    tags = TAG.findall((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    return [one for tag in tags for one in tag.split()]


def seconds_max(name, short):
    """When a scenario is ended; one whose faults last for minutes has a line SECONDS_MAX = N."""
    own = OWN_SECONDS_MAX.search((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    return max(SECONDS_MAX[short], int(own[1]) if own else 0)


def namespace_command(name):
    """The command that gives the scenario its own network and mounts; empty if it needs none."""
    if "\nOWN_NETWORK = True\n" not in (FOLDER / f"{name}.py").read_text(encoding="utf-8"):
        return []
    return ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--net", "--mount"]


def reason_to_skip(name):
    """Why the scenario cannot have its own network here; empty when it can or needs none."""
    before = namespace_command(name)
    for program in ["unshare", "nft", "ip"] if before else []:
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if before:
        done = subprocess.run([*before, "nft", "list", "tables"], text=True, capture_output=True,
                              stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            return f"no separate network namespace: {done.stderr.strip()[:200]}"
    return ""


def skipped_verdict(name, reason):
    """The verdict of a scenario that cannot run here: skipped, and failed in CI."""
    print(f"{name} is skipped: {reason}", file=sys.stderr)
    failures = [reason] if os.environ.get("CI") == "true" else []
    return {"name": name, "spec": spec_of(name), "ok": False, "skipped": reason,
            "faults_injected": 0, "faults": {}, "figures": {}, "failures": failures, "seconds": 0.0}


def run_in_this_process(name, short, seed):
    """Runs one scenario in this process and returns its verdict. Ends all processes it started."""
    sys.path.insert(0, str(FOLDER))
    from world.verdict import Verdict
    from world.scenario import Scenario
    verdict = Verdict(name, spec_of(name))
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="botcore-chaos-") as folder:
        scenario = Scenario(pathlib.Path(folder), verdict, short, seed)
        try:
            importlib.import_module(name).run(scenario)
        except Exception as error:
            verdict.check(False, f"the scenario raised {type(error).__name__}: {error}")
        finally:
            scenario.print_logs_of_failure()
            scenario.clean_up()
    return verdict.as_json(time.monotonic() - begin)


def run_in_child(name, short, seed, folder):
    """Runs one scenario in a child process, which is ended when it takes too long."""
    file = pathlib.Path(folder) / f"{name}.json"
    command = [*namespace_command(name), sys.executable, "-m", "dev.chaos", name, "--seed",
               str(seed),
               "--json", str(file)]
    env = {**paths.environment(), "PYTHONPATH": str(paths.TOOLS), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(command + (["--short"] if short else []), env=env,
                               stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        process.wait(seconds_max(name, short))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"name": name, "spec": spec_of(name), "ok": False, "faults_injected": 0,
                "faults": {}, "figures": {}, "seconds": seconds_max(name, short),
                "failures": [f"no verdict; status {process.returncode}"]}


def chaos(options):
    wanted = [name for name in names() if not options.name or options.name in name]
    if not wanted:
        print(f"no scenario is called {options.name}{did_you_mean(options.name, names())}; "
              "there are:", *names(), file=sys.stderr)
        return paths.EXIT_MISSING
    if "BOTTEST_CHAOS_BIN" not in os.environ:
        build.build("release", ["botcored", "botctl"])
        os.environ["BOTTEST_CHAOS_BIN"] = str(paths.build_dir("release") / "bin")
    verdicts = []
    with tempfile.TemporaryDirectory(prefix="botcore-verdicts-") as folder:
        for name in wanted:
            reason = reason_to_skip(name)
            verdict = (skipped_verdict(name, reason) if reason
                       else run_in_child(name, options.short, options.seed, folder))
            verdicts.append(verdict)
            print(json.dumps(verdict), flush=True)
    failures = [f"{one['name']}: {text}" for one in verdicts for text in one["failures"]]
    for failure in failures:
        print(f"failed: {failure}")
    faults = sum(one["faults_injected"] for one in verdicts)
    passed = sum(one["ok"] for one in verdicts)
    skipped = sum("skipped" in one for one in verdicts)
    print(f"{passed} of {len(verdicts)} scenarios, {skipped} skipped, {faults} faults injected, "
          f"{sum(one['seconds'] for one in verdicts):.0f} s, seed {options.seed}")
    figures = {f"{one['name']}.{name}": value for one in verdicts
               for name, value in one["figures"].items()}
    figures["faults_injected"] = report.figure(faults, "faults", ok=faults > 0)
    status = report.write(options.json, "chaos", failures, figures, {"scenarios": verdicts})
    return paths.EXIT_SKIPPED if status == 0 and skipped == len(verdicts) else status


def drill(options):
    """The scenario of disaster recovery alone."""
    options.name, options.seed = "tc_rel_014_machine_lost", 1
    return chaos(options)


def main():
    parser = Parser(prog="dev.chaos")
    parser.add_argument("name")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", required=True)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    verdict = run_in_this_process(options.name, options.short, options.seed)
    pathlib.Path(options.json).write_text(json.dumps(verdict), encoding="utf-8")
    return 0 if verdict["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
