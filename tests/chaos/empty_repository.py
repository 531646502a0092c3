"""A store is restored and goes on in an empty repository; from that one everything comes back."""
# @spec:TC-REL-014
import json
import shutil
import subprocess

from world.daemon import program
from world.stream import Listener


def botctl(*words):
    return subprocess.run([program("botctl"), *map(str, words), "--json"], text=True,
                          capture_output=True, check=False, stdin=subprocess.DEVNULL)


def last_json(text):
    return next((json.loads(line) for line in reversed(text.splitlines())
                 if line.startswith("{")), {})


def restored(stage, place, key, data):
    """What `botctl restore` says of a restore into an empty folder."""
    done = botctl("restore", "--from", place, "--key", key, "--data", data)
    stage.check(done.returncode == 0, f"the store is restored from {place.name}",
                done.stdout + done.stderr)
    return last_json(done.stdout)


def archived(stage, daemon, repositories=("first",)):
    """Waits until every record and a verified snapshot are in the repositories."""
    newest = daemon.metric("journal_sequence")
    for name in repositories:
        stage.eventually(60, lambda name=name: daemon.metric(
            f'archive_sequence{{repository="{name}"}}') >= newest,
                         f"the {name} repository has record {newest:.0f}")
    stage.eventually(60, lambda: daemon.metric("backup_verified_timestamp_seconds") > 0,
                     "a snapshot is taken and verified")


def health_of_archive(daemon):
    rows = daemon.ask("GET", "/health/detailed").json()["dependencies"]
    return next(row for row in rows if row["name"] == "archive")


def listing(place, key, data):
    return last_json(botctl("backup", "list", "--from", place, "--key", key,
                            "--data", data).stdout)


def numbers_of_before_are_refused(stage, daemon):
    """A listener and a reader that come back with numbers of the history before the restore."""
    listener = Listener(daemon, since=(5, 0))
    answers = [listener.message()]
    while answers[-1] is not None and answers[-1]["type"] not in ("error", "subscribed"):
        answers.append(listener.message())
    listener.close()
    stage.check(answers[-1]["type"] == "error" and answers[-1]["code"] == "HISTORY_CHANGED",
                "a place of the history before is refused", answers[-1])
    stage.check(answers[-1].get("common_sequence", 0) > 5, "and the last common record is named",
                answers[-1])
    page = "/api/accounts/futures/orders?before=5"
    stage.check(daemon.ask("GET", page).code() == "HISTORY_CHANGED", "a cursor is refused, too")
    named = {"X-Timeline": answers[-1].get("timeline", "")}
    stage.check(daemon.ask("GET", page, headers=named).status == 200,
                "with the timeline that the answer names it is taken")


def run(stage):
    places = stage.folder / "places"
    places.mkdir()
    key = places / "archive.key"
    original, empty, second = (places / name for name in ("original", "empty", "second"))
    daemon = stage.daemon({"archive.repository": original, "archive.key_escrow": key,
                           "archive.every_ms": 100})
    for number in range(10):
        daemon.place(f"first-{number}")
    archived(stage, daemon)
    stage.check(daemon.terminate() == 0, "the first machine ends well")
    shutil.rmtree(daemon.data)
    stage.fault("machine lost")

    # The restored store archives to an empty place, without a word of configuration about the old.
    other = stage.new_daemon({"archive.repository": empty, "archive.every_ms": 100})
    said = restored(stage, original, key, other.data)
    stage.check(said.get("new_timeline") == 2, "a new timeline was begun", said)
    stage.check(len(said.get("archives_to", [])) == 1, "it says where it will archive", said)
    other.start()
    for number in range(10):
        other.place(f"second-{number}")
    archived(stage, other)
    stage.eventually(30, lambda: health_of_archive(other)["status"] == "healthy",
                     "the archive is healthy")
    numbers_of_before_are_refused(stage, other)
    there = listing(empty, key, other.data)
    stage.check([item["timeline"] for item in there["timelines"]] == [2],
                "the empty repository begins with timeline 2", there)
    stage.check(len(there["snapshots"]) > 0, "it has a whole snapshot", there)

    # A second repository is added to a store that was restored.
    stage.check(other.terminate() == 0, "it ends well")
    other.config["archive.second_repository"] = second
    other.start()
    other.place("third")
    archived(stage, other, ("first", "second"))
    stage.eventually(60, lambda: listing(second, key, other.data)["snapshots"],
                     "the second repository gets a snapshot at once")
    orders = other.ask("GET", "/api/accounts/futures/orders?limit=100").data()["orders"]
    stage.check(len(orders) == 21, "all orders are there", len(orders))
    stage.check(other.terminate() == 0, "it ends well again")
    sequence = listing(empty, key, other.data)["timelines"][-1]["last_sequence"]
    shutil.rmtree(other.data)
    stage.fault("machine lost again")

    for place in (empty, second):
        back = stage.new_daemon({"archive.repository": place})
        said = restored(stage, place, key, back.data)
        stage.check(said.get("sequence") == sequence, f"{place.name} has every record",
                    (said, sequence))
        stage.check(said.get("new_timeline") == 3, "the third timeline", said)
        back.start()
        same = back.ask("GET", "/api/accounts/futures/orders?limit=100").data()["orders"]
        stage.check([one["order_id"] for one in same] == [one["order_id"] for one in orders],
                    f"every order came back from {place.name}", len(same))
        archived(stage, back)
        stage.check(back.terminate() == 0, "it ends well")
        stage.check(back.verify().get("clean"), "the rows are what the journal says")
