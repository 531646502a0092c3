"""A restored store archives to an empty repository; all of it can be restored from there."""
# @spec:TC-REL-014
import json
import shutil
import subprocess

from world.daemon import program
from world.stream import StreamClient


def botctl(*words):
    return subprocess.run([program("botctl"), *map(str, words), "--json"], text=True,
                          capture_output=True, check=False, stdin=subprocess.DEVNULL)


def last_json(text):
    return next((json.loads(line) for line in reversed(text.splitlines())
                 if line.startswith("{")), {})


def restore(scenario, repository, key, data):
    """Restores into an empty folder; the report of `botctl restore`."""
    done = botctl("restore", "--from", repository, "--key", key, "--data", data)
    scenario.check(done.returncode == 0, f"the store is restored from {repository.name}",
                   done.stdout + done.stderr)
    return last_json(done.stdout)


def wait_archived(scenario, daemon, repositories=("first",)):
    """Waits until every record and a verified snapshot are in the repositories."""
    newest = daemon.metric("journal_sequence")
    for name in repositories:
        scenario.eventually(60, lambda name=name: daemon.metric(
            f'archive_sequence{{repository="{name}"}}') >= newest,
                            f"the {name} repository has record {newest:.0f}")
    scenario.eventually(60, lambda: daemon.metric("backup_verified_timestamp_seconds") > 0,
                        "a snapshot is taken and verified")


def health_of_archive(daemon):
    rows = daemon.call("GET", "/health/detailed").json()["dependencies"]
    return next(row for row in rows if row["name"] == "archive")


def listing(repository, key, data):
    return last_json(botctl("backup", "list", "--from", repository, "--key", key,
                            "--data", data).stdout)


def check_old_numbers_are_refused(scenario, daemon):
    """A stream client and a reader that use numbers of the history before the restore."""
    client = StreamClient(daemon, since=(5, 0))
    responses = [client.message()]
    while responses[-1] is not None and responses[-1]["type"] not in ("error", "subscribed"):
        responses.append(client.message())
    client.close()
    scenario.check(responses[-1]["type"] == "error" and responses[-1]["code"] == "HISTORY_CHANGED",
                   "a position of the earlier history is refused", responses[-1])
    scenario.check(responses[-1].get("common_sequence", 0) > 5,
                   "and the last common record is named",
                   responses[-1])
    page = "/api/accounts/futures/orders?before=5"
    scenario.check(daemon.call("GET", page).code() == "HISTORY_CHANGED", "a cursor is refused, too")
    named = {"X-Timeline": responses[-1].get("timeline", "")}
    scenario.check(daemon.call("GET", page, headers=named).status == 200,
                   "with the timeline named in the response it is accepted")


def run(scenario):
    repositories = scenario.folder / "places"
    repositories.mkdir()
    key = repositories / "archive.key"
    original, empty, second = (repositories / name for name in ("original", "empty", "second"))
    daemon = scenario.daemon({"archive.repository": original, "archive.key_escrow": key,
                              "archive.every_ms": 100})
    for number in range(10):
        daemon.place(f"first-{number}")
    wait_archived(scenario, daemon)
    scenario.check(daemon.terminate() == 0, "the first machine ends well")
    shutil.rmtree(daemon.data)
    scenario.fault("machine lost")

    # The restored store archives to an empty repository; nothing configures the old one.
    other = scenario.new_daemon({"archive.repository": empty, "archive.every_ms": 100})
    report = restore(scenario, original, key, other.data)
    scenario.check(report.get("new_timeline") == 2, "a new timeline was begun", report)
    scenario.check(len(report.get("archives_to", [])) == 1, "it reports where it will archive",
                   report)
    other.start()
    for number in range(10):
        other.place(f"second-{number}")
    wait_archived(scenario, other)
    scenario.eventually(30, lambda: health_of_archive(other)["status"] == "healthy",
                        "the archive is healthy")
    check_old_numbers_are_refused(scenario, other)
    listed = listing(empty, key, other.data)
    scenario.check([item["timeline"] for item in listed["timelines"]] == [2],
                   "the empty repository begins with timeline 2", listed)
    scenario.check(len(listed["snapshots"]) > 0, "it has a whole snapshot", listed)

    # A second repository is added to a store that was restored.
    scenario.check(other.terminate() == 0, "it ends well")
    other.config["archive.second_repository"] = second
    other.start()
    other.place("third")
    wait_archived(scenario, other, ("first", "second"))
    scenario.eventually(60, lambda: listing(second, key, other.data)["snapshots"],
                        "the second repository gets a snapshot at once")
    orders = other.call("GET", "/api/accounts/futures/orders?limit=100").data()["orders"]
    scenario.check(len(orders) == 21, "all orders exist", len(orders))
    scenario.check(other.terminate() == 0, "it ends well again")
    sequence = listing(empty, key, other.data)["timelines"][-1]["last_sequence"]
    shutil.rmtree(other.data)
    scenario.fault("machine lost again")

    for repository in (empty, second):
        back = scenario.new_daemon({"archive.repository": repository})
        report = restore(scenario, repository, key, back.data)
        scenario.check(report.get("sequence") == sequence, f"{repository.name} has every record",
                       (report, sequence))
        scenario.check(report.get("new_timeline") == 3, "the third timeline", report)
        back.start()
        same = back.call("GET", "/api/accounts/futures/orders?limit=100").data()["orders"]
        scenario.check([one["order_id"] for one in same] == [one["order_id"] for one in orders],
                       f"every order was restored from {repository.name}", len(same))
        wait_archived(scenario, back)
        scenario.check(back.terminate() == 0, "it ends well")
        scenario.check(back.verify().get("clean"), "the rows agree with the journal")
