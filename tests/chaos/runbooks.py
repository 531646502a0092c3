"""The runbooks work: for each page the fault is made, its alert comes, the page's commands run word
for word, the fault ends, and the alert goes. Commands with a word in capitals, which stands for a
value of another command, are left out and counted."""
# @spec:R4-RUN-03 R4-RUN-13 R4-RUN-09 R1-AC-18 R3-INTEG-12
import os
import pathlib
import re
import subprocess
import threading
import time

from world.daemon import ROOT, program
from world.faults import Disk, in_own_network
from world.peers import AnalysisPeer, MarketFeed, RedisServer
from world.receivers import Receivers

# The pages name the usual port.
OWN_NETWORK = True
SECONDS_MAX = 160
PORT = 8080
ALERT_WITHIN, OVER_WITHIN = 60, 100
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.M | re.S)
PLACEHOLDER = re.compile(r"(?<![-\w\"])(?!UTC\b)[A-Z]{3,}\b(?!USDT)")
# During a fault a command may have a negative result, or say what it cannot reach.
DURING_FAULT, WELL = (0, 1, 69), (0,)


def run(scenario):
    if not scenario.check(in_own_network(), "the scenario has its own network"):
        return
    world = World(scenario)
    pages = [("store-down", "StoreDown", world.store_hangs),
             ("archive-down", "ArchiveDown", world.archive_is_gone)]
    if not scenario.short:
        pages += [("cache-down", "CacheDown", world.cache_is_gone),
                  ("analysis-down", "AnalysisDown", world.analysis_is_gone),
                  ("notifier-down", "NotifierDown", world.slack_refuses),
                  ("availability", "Crashed", world.daemon_is_killed)]
    for page, alert, fault in pages:
        one_page(scenario, world, page, alert, fault)
    consistency_report(scenario, world)
    commands_of(
        scenario, world, "maintenance-emergency", ("Diagnosis", "Resolution", "After"), WELL)
    if not scenario.short:
        world.begin_with_feed()
        one_page(scenario, world, "market-stream-down", "MarketStale", world.market_is_silent)
    scenario.figure("pages", world.pages, "pages", least=scenario.pick(3, 8))
    scenario.figure("commands", world.commands, "commands", least=scenario.pick(15, 40))
    print(f"{world.left_out} commands with a word in capitals were left out")
    scenario.check(world.daemon.terminate() == 0, "it ends with 0")
    scenario.check(world.daemon.verify().get("clean"), "the rows agree with the journal")


def consistency_report(scenario, world):
    """The report of the consistency check reaches the operators by mail and Slack (TC-REL-013)."""
    done = subprocess.run(
        [str(ROOT / "scripts" / "consistency-check.sh"), "--data", str(world.daemon.data)],
        text=True, capture_output=True, timeout=120, check=False,
        env={**os.environ, "BOTCTL": program("botctl")})
    scenario.check(done.returncode == 0, "the books are consistent", done.stdout + done.stderr)
    for channel in ("email", "slack"):
        scenario.eventually(30, lambda name=channel: world.receivers.count(
            name, "A consistency check ended: consistent"), f"{channel} gets the report")
    mails = [text for one, *_, text in world.receivers.accepted if one == "email"]
    scenario.check(any("step" in text.lower() for text in mails), "the mail has the report", mails)


class World:
    def __init__(self, scenario):
        self.scenario = scenario
        self.receivers = Receivers(scenario)
        self.cache, self.analysis = RedisServer(scenario), AnalysisPeer(scenario)
        self.feed = None
        self.archive = scenario.folder / "archive"
        self.pages, self.commands, self.left_out = 0, 0, 0
        self.config = {
            **self.receivers.config,
            "cache.url": f"redis://127.0.0.1:{self.cache.port}",
            "analysis.url": f"http://127.0.0.1:{self.analysis.port}",
            "archive.repository": self.archive,
            "reliability.health_check_interval_seconds": 1}
        self.daemon = scenario.new_daemon(self.config, supervised=True)
        self.daemon.port = PORT
        self.daemon.start()
        # The commands of the pages are run as in a checkout: `botctl` and `var`.
        self.folder = scenario.folder / "checkout"
        self.folder.mkdir()
        (self.folder / "var").symlink_to(self.daemon.data)
        self.path = f"{pathlib.Path(program('botctl')).parent}:{os.environ['PATH']}"
        scenario.eventually(60, lambda: self.dependency("archive") == "healthy",
                            "the archive has all records")

    def begin_with_feed(self):
        """Another daemon, whose market can fall silent."""
        self.scenario.check(self.daemon.terminate() == 0, "it ends with 0")
        self.feed = MarketFeed(self.scenario)
        self.daemon = self.scenario.new_daemon(
            {**self.receivers.config, **self.feed.config,
             "reliability.health_check_interval_seconds": 1}, supervised=True)
        self.daemon.port = PORT
        self.daemon.start()
        (self.folder / "var").unlink()
        (self.folder / "var").symlink_to(self.daemon.data)

    def dependency(self, name):
        health = self.daemon.call("GET", "/health/detailed").json()
        return {one["name"]: one["status"] for one in health["dependencies"]}.get(name)

    def alerts(self):
        listed = self.daemon.call("GET", "/api/alerts", timeout=5)
        if listed.status != 200:
            self.scenario.check(False, "the alerts can be read at any time", listed)
            return set()
        return {one["name"] for one in listed.data()["alerts"] if one["state"] == "firing"}

    def store_hangs(self):
        disk = Disk(self.scenario.folder, self.daemon.pid(), "delay_enter=100000000")
        threading.Thread(target=lambda: self.daemon.place("sets-off-the-sync"),
                         daemon=True).start()
        return disk.heal

    def cache_is_gone(self):
        self.cache.kill()
        return self.cache.start

    def analysis_is_gone(self):
        self.analysis.mode = "down"
        return lambda: setattr(self.analysis, "mode", "up")

    def slack_refuses(self):
        self.receivers.refuse("slack", *[(500, {})] * 1_000)
        self.daemon.call("POST", "/api/accounts/futures/orders", {"symbol": "NOSUCH"},
                         {"Idempotency-Key": "an-error"})
        self.cache.kill()  # A notice for Slack, which cannot be delivered.

        def end():
            self.receivers.refuse("slack")
            self.cache.start()
        return end

    def archive_is_gone(self):
        away = self.archive.with_name("archive-away")
        self.archive.rename(away)
        return lambda: away.rename(self.archive)

    def market_is_silent(self):
        self.feed.silence()
        return self.feed.resume

    def daemon_is_killed(self):
        self.daemon.kill()
        return lambda: None


def one_page(scenario, world, page, alert, fault):
    began = time.monotonic()
    end = fault()
    scenario.eventually(ALERT_WITHIN, lambda: alert in world.alerts(), f"the alert {alert} comes")
    scenario.fault(page)
    commands_of(scenario, world, page, ("Diagnosis",), DURING_FAULT)
    end()
    scenario.eventually(OVER_WITHIN, lambda: alert not in world.alerts(), f"{alert} is over")
    scenario.eventually(30, lambda: world.daemon.call("GET", "/health").json()[
        "overall_status"] == "healthy", f"all is well after {page}")
    commands_of(scenario, world, page, ("Resolution", "After"), WELL)
    print(f"{page}: {alert} came and went, {time.monotonic() - began:.0f} s", flush=True)


def commands_of(scenario, world, page, sections, statuses):
    """Runs the commands of these sections; each must end with one of the statuses."""
    text = (ROOT / "docs" / "runbooks" / f"{page}.md").read_text(encoding="utf-8")
    parts = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    for section in sections:
        for block in BLOCK.findall(parts[section]):
            for command in filter(None, map(str.strip, block.splitlines())):
                if PLACEHOLDER.search(command) or "--begin 20" in command:
                    world.left_out += 1
                    continue
                done = subprocess.run(
                    ["sh", "-c", command], cwd=world.folder, text=True, capture_output=True,
                    timeout=120, check=False, stdin=subprocess.DEVNULL,
                    env={**os.environ, "PATH": world.path,
                         "BOTCORE_ARCHIVE_REPOSITORY": str(world.archive)})
                world.commands += 1
                scenario.check(done.returncode in statuses, f"{page}: {command}",
                               f"{done.returncode}: {done.stdout[-300:]} {done.stderr[-300:]}")
    world.pages += "Diagnosis" in sections
