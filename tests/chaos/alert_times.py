"""Parts of the daemon are broken one after the other: every configured channel gets the notice
within 30 s, and the notice that it is over within 60 s after the part works again. Receivers that
fail get each notice later."""
# @spec:R1-INTMON-03 R1-EXTMON-05 R0-SM-03 R4-NOTE-05 R4-AC-07 RI-EXT-02 R4-FAIL-10
import threading
import time

from world.faults import Disk
from world.peers import AnalysisPeer, MarketFeed, RedisServer
from world.receivers import CHANNELS, PAGERDUTY_KEY, SECRET, Receivers

FIRST_WITHIN, OVER_WITHIN = 30, 60
WARNING = ("slack", "webhook")


def run(scenario):
    receivers = Receivers(scenario)
    cache, analysis = RedisServer(scenario), AnalysisPeer(scenario)
    daemon = scenario.daemon({
        **receivers.config, "cache.url": f"redis://127.0.0.1:{cache.port}",
        "analysis.url": f"http://127.0.0.1:{analysis.port}",
        "reliability.health_check_interval_seconds": 1}, supervised=True)
    check_test_messages(scenario, daemon, receivers)
    told = Told(scenario, receivers)
    store_hangs(scenario, daemon, told)
    daemon_is_killed(scenario, daemon, told)
    if not scenario.short:
        told.begin_and_end("cache", "CacheDown", WARNING, cache.kill, cache.start)
        told.begin_and_end("analysis", "AnalysisDown", WARNING,
                           lambda: setattr(analysis, "mode", "down"),
                           lambda: setattr(analysis, "mode", "up"))
        market_falls_silent(scenario, receivers, told)
    scenario.figure("alert_to_receiver_s", max(told.first), "s", most=FIRST_WITHIN)
    scenario.figure("over_to_receiver_s", max(told.over), "s", most=OVER_WITHIN)
    scenario.check(receivers.bad_signatures == 0, "every message to the webhook is signed")
    for text in receivers.messages():
        scenario.check(SECRET not in text and daemon.token not in text, "no secret in a message")
    mails = [text for channel, *_, text in receivers.accepted if channel != "pagerduty"]
    scenario.check(not any(PAGERDUTY_KEY in text for text in mails), "no key in other messages")
    scenario.check(daemon.terminate() == 0, "it ends with 0")
    scenario.check(daemon.verify().get("clean"), "the rows agree with the journal")


class Told:
    """Measures the seconds from a fault to the first notice of each channel, and from its end."""

    def __init__(self, scenario, receivers):
        self.scenario, self.receivers = scenario, receivers
        self.first, self.over = [], []

    def await_notice(self, subject, over, channels, since, within, seconds, what):
        for channel in channels:
            self.scenario.eventually(
                within, lambda: self.receivers.first(channel, subject, over, since),
                f"{channel} gets {'the end of ' if over else ''}{subject}")
            at = self.receivers.first(channel, subject, over, since)
            if at:
                seconds.append(at - since)
                print(f"{what}: {channel} {'over' if over else 'first'} after {at - since:.1f} s")

    def begin_and_end(self, what, subject, channels, begin, end):
        since = time.monotonic()
        begin()
        self.await_notice(subject, False, channels, since, FIRST_WITHIN, self.first, what)
        since = time.monotonic()
        end()
        self.await_notice(subject, True, channels, since, OVER_WITHIN, self.over, what)
        self.scenario.fault(what)


def check_test_messages(scenario, daemon, receivers):
    for channel in CHANNELS:
        response = daemon.call("POST", f"/api/notifications/{channel}/test", {},
                               {"Idempotency-Key": f"test-{channel}"})
        scenario.check(response.status == 200, f"{channel} accepts a test message", response)
        scenario.check(receivers.count(channel, "test message") == 1,
                       f"{channel} got the test message")
    receivers.refuse("slack", (404, {}))
    refused = daemon.call("POST", "/api/notifications/slack/test", {},
                          {"Idempotency-Key": "test-refused"})
    scenario.check(refused.status == 502 and refused.code() == "NOTICE_NOT_DELIVERED",
                   "a refused test message is an error", refused)
    unknown = daemon.call("POST", "/api/notifications/fax/test", {},
                          {"Idempotency-Key": "test-fax"})
    scenario.check(unknown.status == 404 and unknown.code() == "CHANNEL_UNKNOWN",
                   "an unknown channel is an error", unknown)


def store_hangs(scenario, daemon, told):
    """A critical alert, while Slack answers 429 with Retry-After and the mail server defers."""
    told.receivers.refuse("slack", (429, {"Retry-After": "2"}), (500, {}))
    told.receivers.refuse("email", (451, {}))
    disks = []

    def hang():
        disks.append(Disk(scenario.folder, daemon.pid(), "delay_enter=100000000"))
        threading.Thread(target=lambda: daemon.place("sets-off-the-sync"), daemon=True).start()

    told.begin_and_end("store", "StoreDown", CHANNELS, hang, lambda: disks[0].heal())
    shown = daemon.call("GET", "/api/incidents/1")
    if not scenario.check(shown.status == 200, "the alert has opened an incident", shown):
        return
    incident = shown.data()
    told_over = [fact for fact in incident["timeline"] if fact["text"].startswith("Told over")]
    scenario.check(len(told_over) >= len(CHANNELS), "the incident knows who was told", incident)
    report = daemon.call("GET", "/api/incidents/1/report")
    scenario.check(report.status == 200 and "## Root Cause" in report.body, "it has a report",
                   report)
    alerts = daemon.call("GET", "/api/alerts")
    scenario.check(alerts.status == 200, "the alerts can be read", alerts)
    listed = daemon.call("GET", "/api/notifications").data()["channels"]
    channels = {one["name"]: one for one in listed}
    scenario.check(channels["slack"]["failed_attempts"] >= 2, "refused attempts were counted",
                   channels["slack"])


def market_falls_silent(scenario, receivers, told):
    feed = MarketFeed(scenario)
    daemon = scenario.daemon({**receivers.config, **feed.config,
                              "reliability.health_check_interval_seconds": 1})
    scenario.eventually(20, lambda: daemon.call("GET", "/health").status == 200, "there is a price")
    told.begin_and_end("market feed", "MarketStale", WARNING, feed.silence, feed.resume)


def daemon_is_killed(scenario, daemon, told):
    since = time.monotonic()
    daemon.kill()
    told.await_notice("Crashed", False, CHANNELS, since, FIRST_WITHIN, told.first, "kill -9")
    if not scenario.short:  # A minute after the start it is over.
        told.await_notice("Crashed", True, CHANNELS, since, OVER_WITHIN + 30, [], "kill -9")
    scenario.fault("daemon killed")
    for channel in CHANNELS:
        scenario.check(told.receivers.count(channel, "Crashed") <= 2, f"{channel} is not flooded")
