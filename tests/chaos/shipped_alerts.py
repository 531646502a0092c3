"""The shipped road of alerts, with the intervals of deploy/: a daemon that is killed and stays away
is announced on every channel within 60 s, and its return too. One minute of downtime on a fresh
Prometheus fires no rule about the availability of a month, a target that vanishes from the
configuration fires, and an outage is believed when two of three places see it."""
# @spec:R1-EXTMON-02 R1-EXTMON-03 R1-EXTMON-04 R1-EXTMON-05 R1-INTMON-01 R1-INTMON-02 R1-INTMON-03
# @spec:RI-EXT-01 RI-EXT-02
import json
import threading
import time

from world.faults import in_own_network
from world.monitoring import DEAD_MAN_TOKEN, PLACES, Monitoring, shipped
from world.places import OUTSIDE, Place, ip
from world.proxy import Proxy

OWN_NETWORK = True
SECONDS_MAX = 170
CHANNELS = ("slack", "pagerduty", "email")
FIRST_WITHIN, OVER_WITHIN, DOWNTIME = 60, 75, 60
# The rule believes only after a minute without a sample that the target is gone.
VANISHED_WITHIN = 110


def run(scenario):
    if not scenario.check(in_own_network(), "the scenario has its own network"):
        return
    ip("addr", "add", f"{OUTSIDE}/32", "dev", "lo")
    killed, running = scenario.daemon(), scenario.daemon()
    proxy = Proxy(scenario, running.port, OUTSIDE)
    places = [Place(scenario, name, number) for number, name in enumerate(PLACES, 1)]
    exporters = {place.name: place.exporter for place in places}
    outside = Monitoring(scenario, "outside", running, probe_seconds=5, places=exporters,
                         target=f"{OUTSIDE}:{proxy.port}")
    vanished = Monitoring(scenario, "vanished", running, places=exporters,
                          target=f"{OUTSIDE}:{proxy.port}")
    inside = Monitoring(scenario, "inside", killed, others={
        "prometheus": [f"127.0.0.1:{vanished.prometheus.port}"],
        "alertmanager": [f"127.0.0.1:{vanished.alertmanager.port}"]})
    road = Road(scenario)
    parts = [threading.Thread(target=road.part, args=part) for part in (
        (daemon_is_killed, inside, killed), (places_are_cut, outside, places),
        (target_vanishes, vanished))]
    for part in parts:
        part.start()
    for part in parts:
        part.join()
    for row in road.rows:
        print(f"{row[0]:42} {row[1]:10} {row[2]:>8}", flush=True)
    scenario.figure("shipped_alert_to_receiver_s", max(road.first, default=0), "s",
                    most=FIRST_WITHIN)
    scenario.figure("shipped_over_to_receiver_s", max(road.over, default=0), "s",
                    most=OVER_WITHIN)


class Road:
    """What was measured, for the table at the end."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.rows, self.first, self.over = [("what", "receiver", "seconds")], [], []

    def part(self, function, *arguments):
        """Runs in a thread of its own; an error is a failure of the scenario."""
        try:
            function(self, *arguments)
        except (OSError, RuntimeError, KeyError) as error:
            self.scenario.check(False, f"{function.__name__}: {type(error).__name__}: {error}")

    def await_messages(self, monitoring, what, alert, over, since, within=None):
        """Waits for the message on each channel that a critical alert has. `within`: seconds of a
        case that has a bound of its own and is not part of the figures."""
        seconds = [] if within else self.over if over else self.first
        within = within or (OVER_WITHIN if over else FIRST_WITHIN)
        for channel in CHANNELS:
            left = max(0.0, since + within - time.monotonic())
            at = self.scenario.eventually(left, lambda one=channel: monitoring.receivers.first(
                one, alert, over, since), f"{channel} gets {'the end of ' * over}{alert}")
            if at:
                seconds.append(at - since)
                self.rows.append((what, channel, f"{at - since:.1f}"))

    def check_quiet(self, monitoring, what, alerts):
        """No page names one of the alerts."""
        pages = [text for channel, *_, text in list(monitoring.receivers.accepted)
                 if channel != "dead_man" and any(alert in text for alert in alerts)]
        self.scenario.check(not pages, f"{what} pages nobody", pages)
        self.rows.append((what, "all", "no page" if not pages else "page"))


def month_rules():
    """The alerts that compare downtime with what a month allows, and that of five minutes. One
    minute is more than 14.4 times what 99.9 % allows in an hour, so ErrorBudgetHour fires."""
    groups = {group["name"]: group for group in shipped("prometheus/alerts.yml")["groups"]}
    return {rule["alert"] for rule in groups["error_budget"]["rules"]} - {
        "ErrorBudgetHour"} | {"BotcoredUptimeLow", "BotcoredUptimeBroken", "BotcoredDown"}


def daemon_is_killed(road, monitoring, daemon):
    scenario, receivers = road.scenario, monitoring.receivers
    scenario.eventually(30, lambda: monitoring.up("botcored") == [1], "the daemon is scraped")
    scenario.check(not [one for one in receivers.accepted if one[0] != "dead_man"],
                   "a fresh Prometheus pages nobody", receivers.messages())
    since = time.monotonic()
    daemon.kill()
    monitoring.places["asia"].kill()
    scenario.fault("daemon killed")
    road.await_messages(monitoring, "killed, first message", "ServiceDown", False, since)
    scenario.check(monitoring.up("botcored") == [0], "up of the daemon is 0",
                   monitoring.up("botcored"))
    # The daemon stays away for a whole minute.
    time.sleep(max(0.0, since + DOWNTIME - time.monotonic()))
    daemon.start()
    since = time.monotonic()
    road.await_messages(monitoring, "started again, message that it is over", "ServiceDown", True,
                        since)
    scenario.check(monitoring.up("botcored") == [1], "up of the daemon is 1 again",
                   monitoring.up("botcored"))
    road.check_quiet(monitoring, "one minute away, rules of the month", month_rules())
    wrong = monitoring.fired() & month_rules()
    scenario.check(not wrong, "no rule about a month fires after one minute", wrong)
    check_heartbeat(scenario, receivers)
    for service, down in (("blackbox", 2), ("prometheus", 1), ("alertmanager", 1)):
        scenario.eventually(40, lambda name=service: 0 in monitoring.up(name),
                            f"up of {service} is 0 after it ended")
        ups = monitoring.up(service)
        scenario.check(ups.count(0) == down and 1 in ups, f"up of the other {service} is 1", ups)


def check_heartbeat(scenario, receivers):
    beats = [subject for channel, _, subject, *_ in receivers.accepted if channel == "dead_man"]
    scenario.check(beats and all(DEAD_MAN_TOKEN in one and "Watchdog" in one for one in beats),
                   "only the heartbeat reaches the dead man's receiver, with its token", beats)
    pages = [json.loads(text) for channel, *_, text in receivers.accepted
             if channel == "pagerduty"]
    scenario.check(all(1 <= len(one["dedup_key"]) <= 255 for one in pages),
                   "each page has a key that a repetition shares")


def places_are_cut(road, monitoring, places):
    scenario = road.scenario
    alerts = {"OutageSeenFromOutside", "ServiceDown", "ProbesBlind"}
    scenario.eventually(30, lambda: len(monitoring.query("probe_success == 1")) == 6,
                        "each place reaches the daemon over HTTP and TCP")
    places[2].cut()
    scenario.fault("place cut off")
    scenario.eventually(20, lambda: len(monitoring.query("probe_success == 0")) == 2,
                        "both probes of the place fail")
    monitoring.await_evaluations(2)
    road.check_quiet(monitoring, "one of three places cut off", alerts)
    since = time.monotonic()
    places[1].cut()
    scenario.fault("place cut off")
    road.await_messages(monitoring, "two of three places cut off", "OutageSeenFromOutside", False,
                        since)
    since = time.monotonic()
    places[1].heal()
    road.await_messages(monitoring, "one place is back", "OutageSeenFromOutside", True, since)


def target_vanishes(road, monitoring):
    scenario = road.scenario
    scenario.eventually(30, lambda: monitoring.up("botcored") == [1], "the daemon is scraped")
    since = time.monotonic()
    monitoring.remove_target("botcored")
    scenario.fault("target removed from the configuration")
    road.await_messages(monitoring, "target vanished, first message", "ServiceDown", False, since,
                        VANISHED_WITHIN)
    monitoring.prometheus.kill()
    monitoring.alertmanager.kill()
