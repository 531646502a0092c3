"""A loop that stands still: it says so by its silence, is killed, and comes back with its state."""
# @spec:R2-AC-09 R2-AC-21 R4-AUTO-08
import signal
import socket
import time

from world.load import Load, replay


def run(stage):
    reports_to_its_manager(stage)
    silence_max = stage.pick(3, 20)
    daemon = stage.daemon(supervised=True, silence_max=silence_max)
    load = Load(daemon, threads=2).start()
    stage.eventually(30, lambda: load.count() > 20, "orders pass")
    for _ in range(stage.pick(2, 5)):
        began, old, said = time.monotonic(), daemon.pid(), hung_lives(daemon)
        daemon.signal(signal.SIGSTOP)
        stage.fault("the process stopped")
        stage.eventually(silence_max + 10, lambda count=said: hung_lives(daemon) > count,
                         "the supervisor sees that it hangs")
        back = stage.eventually(30, lambda pid=old: daemon.pid() not in (None, pid)
                                and daemon.is_ready(), "a new life")
        if back:
            stage.figure("back_s", time.monotonic() - began, "s", most=silence_max + 10)
        count = load.count()
        stage.eventually(30, lambda before=count: load.count() > before + 10, "orders pass again")
    load.stop()
    stage.check(not load.unanswered, "every order was answered in the end", load.unanswered)
    wrong = replay(daemon, load.acknowledged)
    stage.check(not wrong, "each acknowledged order answers with the same bytes", wrong[:3])
    stage.check(daemon.terminate() == 0, "it ends with 0")
    stage.check(daemon.verify().get("clean"), "the rows are what the journal says")


def hung_lives(daemon):
    return daemon.output.read_text(errors="replace").count("it hangs")


def reports_to_its_manager(stage):
    """As under systemd: ready once, alive while the loop turns, silent while it does not."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        path = stage.folder / "notify"
        manager.bind(str(path))
        manager.settimeout(10)
        daemon = stage.new_daemon(notify=str(path), watchdog_seconds=0.5)
        daemon.start()

        def heard(seconds):
            """Messages of the next seconds."""
            found, until = [], time.monotonic() + seconds
            while time.monotonic() < until:
                manager.settimeout(max(0.01, until - time.monotonic()))
                try:
                    found.append(manager.recv(4096).decode())
                except TimeoutError:
                    break
            return found

        def hears(message, count=1):
            """All that was said until the message came so often, or half a minute was over."""
            found, until = [], time.monotonic() + 30
            while found.count(message) < count and time.monotonic() < until:
                found += heard(0.1)
            return found

        first = hears("WATCHDOG=1", 3)
        stage.check(first[:1] == ["READY=1\nSTATUS=trading"], "it says that it is ready", first)
        stage.check(first.count("WATCHDOG=1") >= 3, "it says that it lives", first)
        daemon.signal(signal.SIGSTOP)
        heard(0.3)
        silent = heard(1.5)
        stage.fault("the process stopped under a manager")
        stage.check(not silent, "it is silent while its loop stands still", silent)
        daemon.signal(signal.SIGCONT)
        stage.check("WATCHDOG=1" in hears("WATCHDOG=1"), "and lives again")
        daemon.signal(signal.SIGTERM)
        last = hears("STOPPING=1\nSTATUS=stopping")
        stage.check("STOPPING=1\nSTATUS=stopping" in last, "it says that it ends", last)
        stage.check(daemon.wait(20) == 0, "with 0")
