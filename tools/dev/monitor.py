"""./dev monitor: a daemon with the monitoring of deploy/ beside it, all on loopback."""
import os
import pathlib
import signal
import sys
import tempfile
import time

from dev import build, chaos, paths, report

READY_SECONDS = 60
SERVICES = {"botcored": 1, "prometheus": 1, "alertmanager": 1, "blackbox": 6}


def check_all(scenario, monitoring):
    """Every part responds, the rules are loaded, and the heartbeat reaches its receiver."""
    for service, count in SERVICES.items():
        scenario.eventually(READY_SECONDS, lambda name=service, least=count:
                            monitoring.up(name) == [1] * least, f"{service} is up")
    scenario.eventually(READY_SECONDS, lambda: len(monitoring.query("probe_success == 1")) == 6,
                        "each place reaches the daemon over HTTP and TCP")
    scenario.eventually(READY_SECONDS, lambda: monitoring.receivers.count("dead_man", "Watchdog"),
                        "the heartbeat of the alerts arrives")
    messages = [one for one in monitoring.receivers.accepted if one[0] != "dead_man"]
    scenario.check(not messages, "nobody is paged while all is well", messages)


def show(scenario, monitoring, only_check):
    for what, address in monitoring.addresses():
        print(f"{what:24} {address}")
    print(f"{'operator token':24} {monitoring.daemon.data / 'operator.token'}", flush=True)
    if only_check:
        check_all(scenario, monitoring)
        return
    print("Ctrl-C ends all of them. What the receivers get:", flush=True)
    shown = 0
    while True:
        messages = monitoring.receivers.accepted
        for channel, _, subject, over, _ in messages[shown:]:
            if channel != "dead_man":
                print(f"{channel}: {'over: ' if over else ''}{subject[:160]}", flush=True)
        shown = len(messages)
        time.sleep(0.5)


def monitor(options):
    if "BOTTEST_CHAOS_BIN" not in os.environ:
        build.build("release", ["botcored", "botctl"])
        os.environ["BOTTEST_CHAOS_BIN"] = str(paths.build_dir("release") / "bin")
    sys.path.insert(0, str(chaos.FOLDER))
    from world.monitoring import Monitoring, log_tails
    from world.scenario import Scenario
    from world.verdict import Verdict
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    verdict = Verdict("monitor", [])
    with tempfile.TemporaryDirectory(prefix="botcore-monitor-") as folder:
        scenario = Scenario(pathlib.Path(folder), verdict, True, 1)
        try:
            daemon = scenario.daemon()
            # A person does not wait a minute for the first probe.
            monitoring = Monitoring(scenario, "monitor", daemon, probe_seconds=5)
            show(scenario, monitoring, options.check)
        except RuntimeError as error:
            verdict.check(False, str(error))
        except KeyboardInterrupt:
            print()
        finally:
            if verdict.failures:
                print(log_tails(folder), file=sys.stderr)
            scenario.clean_up()
    print("monitor: " + ("; ".join(verdict.failures) or "all parts ran"))
    return report.write(options.json, "monitor", verdict.failures)
