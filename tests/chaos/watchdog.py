"""A loop that hangs stops reporting, is killed, and is started again with its state."""
# @spec:R2-AC-09 R2-AC-21 R4-AUTO-08
import signal
import socket
import time

from world.load import Load, replay


def run(scenario):
    check_reports_to_manager(scenario)
    silence_max = scenario.pick(3, 20)
    daemon = scenario.daemon(supervised=True, silence_max=silence_max)
    load = Load(daemon, threads=2).start()
    scenario.eventually(30, lambda: load.count() > 20, "orders pass")
    for _ in range(scenario.pick(2, 5)):
        began, old, hangs = time.monotonic(), daemon.pid(), count_hangs(daemon)
        daemon.signal(signal.SIGSTOP)
        scenario.fault("the process stopped")
        scenario.eventually(silence_max + 10, lambda count=hangs: count_hangs(daemon) > count,
                            "the supervisor detects that it hangs")
        back = scenario.eventually(30, lambda pid=old: daemon.pid() not in (None, pid)
                                   and daemon.is_ready(), "a new process")
        if back:
            scenario.figure("back_s", time.monotonic() - began, "s", most=silence_max + 10)
        count = load.count()
        scenario.eventually(30, lambda before=count: load.count() > before + 10,
                            "orders pass again")
    load.stop()
    scenario.check(not load.unanswered, "every order was answered in the end", load.unanswered)
    wrong = replay(daemon, load.acknowledged)
    scenario.check(not wrong, "each acknowledged order has the same response", wrong[:3])
    scenario.check(daemon.terminate() == 0, "it ends with 0")
    scenario.check(daemon.verify().get("clean"), "the rows agree with the journal")


def count_hangs(daemon):
    return daemon.output.read_text(errors="replace").count("it hangs")


def check_reports_to_manager(scenario):
    """As under systemd: reports READY once, WATCHDOG while the loop runs, nothing otherwise."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        path = scenario.folder / "notify"
        manager.bind(str(path))
        manager.settimeout(10)
        daemon = scenario.new_daemon(notify=str(path), watchdog_seconds=0.5)
        daemon.start()

        def receive(seconds):
            """The messages of the next `seconds`."""
            found, until = [], time.monotonic() + seconds
            while time.monotonic() < until:
                manager.settimeout(max(0.01, until - time.monotonic()))
                try:
                    found.append(manager.recv(4096).decode())
                except TimeoutError:
                    break
            return found

        def receive_until(message, count=1):
            """The messages until `message` arrived `count` times, or 30 s have passed."""
            found, until = [], time.monotonic() + 30
            while found.count(message) < count and time.monotonic() < until:
                found += receive(0.1)
            return found

        first = receive_until("WATCHDOG=1", 3)
        scenario.check(first[:1] == ["READY=1\nSTATUS=trading"], "it reports that it is ready",
                       first)
        scenario.check(first.count("WATCHDOG=1") >= 3, "it reports that it is alive", first)
        daemon.signal(signal.SIGSTOP)
        receive(0.3)
        silent = receive(1.5)
        scenario.fault("the process stopped under a manager")
        scenario.check(not silent, "it is silent while its loop is stopped", silent)
        daemon.signal(signal.SIGCONT)
        scenario.check("WATCHDOG=1" in receive_until("WATCHDOG=1"), "and reports again")
        daemon.signal(signal.SIGTERM)
        last = receive_until("STOPPING=1\nSTATUS=stopping")
        scenario.check("STOPPING=1\nSTATUS=stopping" in last, "it reports that it ends", last)
        scenario.check(daemon.wait(20) == 0, "with 0")
