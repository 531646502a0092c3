"""The event stream breaks, goes half-open, goes mute: it is back in time, nothing is missing or
comes twice, and the reader who is mute harms nobody."""
# @spec:R2-SHUT-04 R2-AC-17
import signal
import time

from world.faults import Partition, in_own_network
from world.stream import Listener, Reader
from world.verdict import percentile

OWN_NETWORK = True
BACK_WITHIN_SECONDS = 30


def run(stage):
    if not stage.check(in_own_network(), "the scenario has a network of its own"):
        return
    daemon = stage.daemon({"websocket.ping_seconds": 1, "websocket.pong_seconds": 1},
                          supervised=True)
    reader, times = Reader(daemon), []
    reader.read_until(0, stage)
    for turn in range(stage.pick(5, 40)):
        name, fault = FAULTS[turn % len(FAULTS)]
        last = place(stage, daemon, f"before-{turn}")
        reader.read_until(last, stage)
        began = time.monotonic()
        fault(stage, daemon, reader)
        stage.fault(name)
        last = place(stage, daemon, f"after-{turn}")
        if not reader.read_until(last, stage):
            break
        times.append(time.monotonic() - began)
    stage.figure("back_p99_s", percentile(times, 0.99), "s", most=BACK_WITHIN_SECONDS)
    judge(stage, daemon, reader)
    mute(stage, daemon, reader)
    farewell(stage, daemon)


def place(stage, daemon, key):
    """Places an order; the sequence of the record that made its last image."""
    answer = stage.eventually(30, lambda: told(daemon, key), "an order passes")
    return answer.data()["sequence"] if answer else 0


def told(daemon, key):
    answer = daemon.place(key)
    return answer if answer.status == 200 else None


def drop(_stage, _daemon, reader):
    reader.listener.close()
    reader.listener = None


def kill(stage, daemon, _reader):
    old = daemon.pid()
    daemon.kill()
    stage.eventually(60, lambda: daemon.pid() not in (None, old) and daemon.is_ready(), "back")


def half_open(_stage, daemon, reader):
    """Both ends believe in a connection that carries nothing; ours gives it up after a while."""
    wire = Partition(daemon.port)
    wire.begin()
    time.sleep(3)
    wire.end()
    reader.listener.close()
    reader.listener = None


FAULTS = (("connection dropped", drop), ("kill -9", kill), ("half-open connection", half_open))


def judge(stage, daemon, reader):
    """What the reader has is what the journal tells when read in one go."""
    last = place(stage, daemon, "the-last-one")
    reader.read_until(last, stage)
    whole = Reader(daemon)
    whole.places = [reader.places[0]]
    whole.read_until(last, stage)
    stage.figure("events", len(reader.places), "events", least=len(FAULTS))
    stage.check(len(set(reader.places)) == len(reader.places), "no event comes twice")
    stage.check(reader.places == whole.places, "no event is missing",
                set(whole.places) ^ set(reader.places))


def mute(stage, daemon, reader):
    """A listener that answers no ping is cut; another one hears on."""
    silent = Listener(daemon)
    silent.answers_pings = False
    silent.set_timeout(10)
    began = time.monotonic()
    last = place(stage, daemon, "beside-the-mute-one")
    reader.read_until(last, stage)
    try:
        while silent.message() is not None:
            pass
        ended = True
    except TimeoutError:
        ended = False
    except OSError:
        ended = True
    stage.fault("mute listener")
    stage.check(ended, "the mute listener is cut")
    stage.figure("mute_cut_after_s", time.monotonic() - began, "s", most=6)


def farewell(stage, daemon):
    """At a shutdown listeners get a CLOSE frame that says so."""
    listener = Listener(daemon)
    stage.eventually(5, lambda: listener.message().get("type") == "subscribed", "subscribed")
    daemon.signal(signal.SIGTERM)
    stage.fault("SIGTERM with a listener")
    try:
        while listener.message() is not None:
            pass
    except OSError:
        pass
    stage.check(listener.code == 1001, "CLOSE says 1001", listener.code)
    stage.check(daemon.wait(20) == 0, "status 0")
