"""64 writers on one aggregate: no update is lost, and a stale version gets 409 with the new one."""
# @spec:TC-REL-012 R3-LOCK-02 R3-AC-10 R3-TX-03 R3-LOCK-05
import threading
import time

from world import http
from world.daemon import ACCOUNT

WRITERS = 64
PATH = f"{ACCOUNT}/positions/SOLUSDT/leverage"


def run(stage):
    daemon = stage.daemon()
    updates = stage.pick(3, 25)
    written, conflicts, wrong, lock = [], [0], [], threading.Lock()

    def write(connection, key, version, leverage):
        return connection.ask("POST", PATH, daemon.token, {"leverage": str(leverage)},
                              {"Idempotency-Key": key, "If-Match": str(version)})

    def writer(number):
        version, tries = 0, 0
        with http.Connection(daemon.port) as connection:
            done = 0
            while done < updates and tries < 100_000:
                tries += 1
                answer = write(connection, f"w{number}-{tries}", version, 1 + (number % 20))
                with lock:
                    if answer.status == 200:
                        done += 1
                        written.append(answer.data()["version"])
                        version = answer.data()["version"]
                    elif answer.status == 409 and answer.code() == "VERSION_CONFLICT":
                        conflicts[0] += 1
                        newer = answer.json()["error"]["details"]["version"]
                        if newer == version:
                            wrong.append(("a conflict that is none", answer.body))
                        version = newer
                    else:
                        wrong.append(("neither 200 nor 409", repr(answer)))
                        return

    threads = [threading.Thread(target=writer, args=(number,)) for number in range(WRITERS)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100 if stage.short else 800)
    stage.fault("writers in each other's way", WRITERS)
    stage.check(not wrong, "each write ends with 200 or 409", wrong[:3])
    stage.check(len(written) == WRITERS * updates, "every writer finishes", len(written))
    # Every success made a version of its own, and none is missing: no update was lost.
    stage.check(sorted(written) == list(range(1, WRITERS * updates + 1)), "no update is lost",
                sorted(written)[-5:])
    stage.figure("updates", len(written), "updates")
    stage.figure("conflicts", conflicts[0], "answers", least=1)
    stage.figure("seconds", time.monotonic() - began, "s")

    last = len(written)
    for stale in (0, 1, last - 1, last + 1):
        answer = daemon.ask("POST", PATH, {"leverage": "5"},
                            {"Idempotency-Key": f"stale-{stale}", "If-Match": str(stale)})
        stage.fault("stale If-Match")
        stage.check(answer.status == 409 and answer.json()["error"]["details"]["version"] == last,
                    f"version {stale} gets 409 with the current one", answer)
    position = daemon.ask("GET", f"{ACCOUNT}/positions/SOLUSDT")
    if position.status == 200:
        stage.check(position.data()["version"] == last, "nothing was written", position)
    counted = daemon.metric("optimistic_conflicts_total")
    stage.check(counted == conflicts[0] + 4, "the metric counts each conflict", counted)
    stage.check(daemon.terminate() == 0, "it ends with 0")
    stage.check(daemon.verify().get("clean"), "the rows are what the journal says")
