"""A copy of a running daemon's data is started: both report it, neither archives, both trade."""
# @spec:TC-REL-014
import json
import shutil
import signal
import subprocess

from world.daemon import program


def botctl(*words):
    return subprocess.run([program("botctl"), *map(str, words), "--json"], text=True,
                          capture_output=True, check=False, stdin=subprocess.DEVNULL)


def archive_of(daemon):
    rows = daemon.call("GET", "/health/detailed").json()["dependencies"]
    return next(row for row in rows if row["name"] == "archive")


def check_reports_conflict(scenario, daemon, name):
    scenario.eventually(30, lambda: "another daemon" in archive_of(daemon).get("message", ""),
                        f"{name} reports in health that another daemon writes the archive")
    found = [line for line in daemon.log() if line.get("operation") == "archive"
             and line.get("error") == "TAKEN" and line.get("level") == "ERROR"]
    scenario.check(found, f"{name} reports it in its log", daemon.tail(1000))


def run(scenario):
    repository, key = scenario.folder / "archive", scenario.folder / "archive.key"
    config = {"archive.repository": repository, "archive.key_escrow": key, "archive.every_ms": 100}
    first = scenario.daemon(config)
    for number in range(10):
        first.place(f"before-{number}")
    newest = first.metric("journal_sequence")
    scenario.eventually(60, lambda: first.metric('archive_sequence{repository="first"}') >= newest,
                        "the first machine archives")
    second = scenario.new_daemon(config)
    first.signal(signal.SIGSTOP)
    shutil.copytree(first.data, second.data)
    first.signal(signal.SIGCONT)
    second.start()
    scenario.fault("disk copied and started")
    check_reports_conflict(scenario, first, "the machine")
    check_reports_conflict(scenario, second, "its copy")
    for name, daemon in (("machine", first), ("copy", second)):
        scenario.check(daemon.place(f"after-{name}").status == 200,
                       f"the {name} continues to trade")
    archived = [daemon.metric('archive_sequence{repository="first"}') for daemon in (first, second)]
    scenario.check(max(archived) >= newest, "what was archived before is still counted", archived)
    for daemon in (first, second):
        scenario.check(daemon.terminate() == 0, "it ends well")

    restored_daemon = scenario.new_daemon({"archive.repository": scenario.folder / "new-place"})
    done = botctl("restore", "--from", repository, "--key", key, "--data", restored_daemon.data)
    scenario.check(done.returncode == 0, "what is in the archive can be restored",
                   done.stdout + done.stderr)
    restored = next((json.loads(line) for line in done.stdout.splitlines()
                     if line.startswith("{")), {})
    scenario.check(restored.get("sequence", 0) >= newest, "with all that was archived before",
                   restored)
    restored_daemon.start()
    scenario.check(restored_daemon.place("on-the-new-machine").status == 200, "it trades")
    scenario.check(restored_daemon.terminate() == 0, "it ends well")
    scenario.check(restored_daemon.verify().get("clean"), "the rows agree with the journal")
