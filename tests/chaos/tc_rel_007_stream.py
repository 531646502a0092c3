"""The event stream is cut, half-open, or its client does not respond: it recovers in time, no event
is missing or repeated, and an unresponsive client affects no other."""
# @spec:R2-SHUT-04 R2-AC-17
import signal
import time

from world.faults import Partition, in_own_network
from world.stream import StreamClient, Reader
from world.verdict import percentile

OWN_NETWORK = True
BACK_WITHIN_SECONDS = 30


def run(scenario):
    if not scenario.check(in_own_network(), "the scenario has its own network"):
        return
    daemon = scenario.daemon({"websocket.ping_seconds": 1, "websocket.pong_seconds": 1},
                             supervised=True)
    reader, times = Reader(daemon), []
    reader.read_until(0, scenario)
    for turn in range(scenario.pick(5, 40)):
        name, fault = FAULTS[turn % len(FAULTS)]
        last = place_order(scenario, daemon, f"before-{turn}")
        reader.read_until(last, scenario)
        began = time.monotonic()
        fault(scenario, daemon, reader)
        scenario.fault(name)
        last = place_order(scenario, daemon, f"after-{turn}")
        if not reader.read_until(last, scenario):
            break
        times.append(time.monotonic() - began)
    scenario.figure("back_p99_s", percentile(times, 0.99), "s", most=BACK_WITHIN_SECONDS)
    compare_with_one_read(scenario, daemon, reader)
    check_unresponsive_client(scenario, daemon, reader)
    check_close_frame(scenario, daemon)


def place_order(scenario, daemon, key):
    """Places an order; the sequence of its last record."""
    response = scenario.eventually(30, lambda: try_to_place(daemon, key), "an order passes")
    return response.data()["sequence"] if response else 0


def try_to_place(daemon, key):
    response = daemon.place(key)
    return response if response.status == 200 else None


def drop(_stage, _daemon, reader):
    reader.client.close()
    reader.client = None


def kill(scenario, daemon, _reader):
    old = daemon.pid()
    daemon.kill()
    scenario.eventually(60, lambda: daemon.pid() not in (None, old) and daemon.is_ready(), "back")


def half_open(_stage, daemon, reader):
    """The connection carries nothing, which neither end notices; the client closes it later."""
    partition = Partition(daemon.port)
    partition.begin()
    time.sleep(3)
    partition.end()
    reader.client.close()
    reader.client = None


FAULTS = (("connection dropped", drop), ("kill -9", kill), ("half-open connection", half_open))


def compare_with_one_read(scenario, daemon, reader):
    """The reader has the same events as a client that reads all at once."""
    last = place_order(scenario, daemon, "the-last-one")
    reader.read_until(last, scenario)
    whole = Reader(daemon)
    whole.positions = [reader.positions[0]]
    whole.read_until(last, scenario)
    scenario.figure("events", len(reader.positions), "events", least=len(FAULTS))
    scenario.check(len(set(reader.positions)) == len(reader.positions), "no event comes twice")
    scenario.check(reader.positions == whole.positions, "no event is missing",
                   set(whole.positions) ^ set(reader.positions))


def check_unresponsive_client(scenario, daemon, reader):
    """A client that sends no PONG is cut; another one still gets events."""
    silent = StreamClient(daemon)
    silent.responds_to_pings = False
    silent.set_timeout(10)
    began = time.monotonic()
    last = place_order(scenario, daemon, "beside-the-mute-one")
    reader.read_until(last, scenario)
    try:
        while silent.message() is not None:
            pass
        ended = True
    except TimeoutError:
        ended = False
    except OSError:
        ended = True
    scenario.fault("unresponsive client")
    scenario.check(ended, "the unresponsive client is cut")
    scenario.figure("mute_cut_after_s", time.monotonic() - began, "s", most=6)


def check_close_frame(scenario, daemon):
    """At a shutdown clients get a CLOSE frame with code 1001."""
    client = StreamClient(daemon)
    scenario.eventually(5, lambda: client.message().get("type") == "subscribed", "subscribed")
    daemon.signal(signal.SIGTERM)
    scenario.fault("SIGTERM with a listener")
    try:
        while client.message() is not None:
            pass
    except OSError:
        pass
    scenario.check(client.code == 1001, "CLOSE says 1001", client.code)
    scenario.check(daemon.wait(20) == 0, "status 0")
