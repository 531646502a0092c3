"""64 writers on one aggregate: no update is lost, and a stale version gets 409 with the new one."""
# @spec:TC-REL-012 R3-LOCK-02 R3-AC-10 R3-TX-03 R3-LOCK-05
import threading
import time

from world import http
from world.daemon import ACCOUNT

WRITERS = 64
PATH = f"{ACCOUNT}/positions/SOLUSDT/leverage"


def run(scenario):
    daemon = scenario.daemon()
    updates = scenario.pick(3, 25)
    written, conflicts, wrong, lock = [], [0], [], threading.Lock()

    def write(connection, key, version, leverage):
        return connection.call("POST", PATH, daemon.token, {"leverage": str(leverage)},
                               {"Idempotency-Key": key, "If-Match": str(version)})

    def writer(number):
        version, tries = 0, 0
        with http.Connection(daemon.port) as connection:
            done = 0
            while done < updates and tries < 100_000:
                tries += 1
                response = write(connection, f"w{number}-{tries}", version, 1 + (number % 20))
                with lock:
                    if response.status == 200:
                        done += 1
                        written.append(response.data()["version"])
                        version = response.data()["version"]
                    elif response.status == 409 and response.code() == "VERSION_CONFLICT":
                        conflicts[0] += 1
                        newer = response.json()["error"]["details"]["version"]
                        if newer == version:
                            wrong.append(("a conflict that is none", response.body))
                        version = newer
                    else:
                        wrong.append(("neither 200 nor 409", repr(response)))
                        return

    threads = [threading.Thread(target=writer, args=(number,)) for number in range(WRITERS)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100 if scenario.short else 800)
    scenario.fault("concurrent writers", WRITERS)
    scenario.check(not wrong, "each write ends with 200 or 409", wrong[:3])
    scenario.check(len(written) == WRITERS * updates, "every writer finishes", len(written))
    # Every success made its own version, and none is missing: no update was lost.
    scenario.check(sorted(written) == list(range(1, WRITERS * updates + 1)), "no update is lost",
                   sorted(written)[-5:])
    scenario.figure("updates", len(written), "updates")
    scenario.figure("conflicts", conflicts[0], "answers", least=1)
    scenario.figure("seconds", time.monotonic() - began, "s")

    last = len(written)
    for stale in (0, 1, last - 1, last + 1):
        response = daemon.call("POST", PATH, {"leverage": "5"},
                               {"Idempotency-Key": f"stale-{stale}", "If-Match": str(stale)})
        scenario.fault("stale If-Match")
        scenario.check(response.status == 409
                       and response.json()["error"]["details"]["version"] == last,
                       f"version {stale} gets 409 with the current one", response)
    position = daemon.call("GET", f"{ACCOUNT}/positions/SOLUSDT")
    if position.status == 200:
        scenario.check(position.data()["version"] == last, "nothing was written", position)
    counted = daemon.metric("optimistic_conflicts_total")
    scenario.check(counted == conflicts[0] + 4, "the metric counts each conflict", counted)
    scenario.check(daemon.terminate() == 0, "it ends with 0")
    scenario.check(daemon.verify().get("clean"), "the rows agree with the journal")
