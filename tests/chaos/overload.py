"""Ten times the clients that keep it busy: excess requests are refused at once with 503, memory
stays bounded, and exits pass each time."""
# @spec:I9 R2-AC-21 RT-CHAOS-05
import pathlib
import re
import subprocess

from world import http
from world.daemon import ACCOUNT, market_order
from world.faults import HungCallers
from world.verdict import percentile

CONNECTIONS_MAX = 1024
BUSY = 90
TIMES = 10
RSS_MAX_MIB = 1024

# Three entries, then a read that is not cheap.
SCRIPT = """
local made, thread = 0, 0
function setup(t) thread = thread + 1; t:set("number", thread) end
function request()
  made = made + 1
  if made %% 4 == 0 then
    return wrk.format("GET", "%(account)s/orders?limit=50",
                      {["Authorization"] = "Bearer %(token)s"})
  end
  return wrk.format("POST", "%(account)s/orders", {
    ["Authorization"] = "Bearer %(token)s", ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = "%(name)s-" .. number .. "-" .. made},
    '{"symbol":"ETHUSDT","side":"' .. (made %% 2 == 1 and "BUY" or "SELL") ..
    '","type":"MARKET","quantity":"0.1"}')
end
"""


class Flood:
    """wrk in the background; `end` returns the number of requests and wrk's output."""

    def __init__(self, scenario, daemon, name, connections, seconds):
        script = scenario.folder / f"{name}.lua"
        script.write_text(SCRIPT % {
            "account": ACCOUNT, "token": daemon.token, "name": name}, encoding="utf-8")
        self.process = subprocess.Popen(
            ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "30s",
             "-s", str(script), f"http://127.0.0.1:{daemon.port}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        scenario.add_cleanup(self.process.kill)

    def is_running(self):
        return self.process.poll() is None

    def end(self):
        output = self.process.communicate()[0]
        total = re.search(r"(\d+) requests in", output)
        if not total:
            raise RuntimeError(f"wrk: {output}")
        return int(total[1]), output


def run(scenario):
    daemon = scenario.daemon()
    with http.Connection(daemon.port) as trader:
        busy, _ = Flood(scenario, daemon, "busy", BUSY, 2).end()
        scenario.figure("busy_requests_per_s", busy / 2, "requests/s", least=1)
        flood = Flood(scenario, daemon, "flood", BUSY * TIMES, scenario.pick(6, 30))
        check_exits(scenario, daemon, trader, "flooded", flood.is_running)
        requests, output = flood.end()
        scenario.fault("requests of the flood", requests)
        scenario.check("Socket errors" not in output, "every request gets a response", output)
        scenario.check(shows_overload(daemon), "health and metrics show the mode overload")
        scenario.figure("refused_of_the_flood", refused(daemon), "answers")
        shed = daemon.metric('requests_shed_total{purpose="read"}')
        scenario.figure("reads_shed", shed or 0, "answers", least=1)
        resident = int(pathlib.Path(f"/proc/{daemon.pid()}/statm").read_text().split()[1]) / 256
        scenario.figure("resident_mib", resident, "MiB", most=RSS_MAX_MIB)
        check_full_of_connections(scenario, daemon, trader)
    scenario.eventually(10, lambda: daemon.call("GET", "/health/live").status == 200, "room again")
    scenario.eventually(20, lambda: not shows_overload(daemon), "the mode overload ends")
    scenario.check(daemon.terminate() == 0, "it ends with 0")
    scenario.check(daemon.verify().get("clean"), "the rows agree with the journal")


def shows_overload(daemon):
    body = daemon.call("GET", "/health/detailed", timeout=5).json()
    counted = daemon.metric('degraded_mode{mode="overload"}')
    return "overload" in {one["mode"] for one in body["degraded_modes"]} and counted == 1


def refused(daemon):
    """The number of 503 responses so far."""
    return daemon.metric('http_requests_total{status="503"}') or 0


def check_full_of_connections(scenario, daemon, trader):
    """All connections are taken by clients that never finish; probes, the operator and clients
    with a connection are still served."""
    callers = HungCallers(daemon.port, CONNECTIONS_MAX)
    scenario.fault("callers that never finish", CONNECTIONS_MAX)
    for _ in range(50):
        response = http.call(daemon.port, "GET", "/health/live", timeout=5)
        scenario.check(response.status == 200, "a probe is served with all connections taken",
                       response)
        response = http.call(daemon.port, "GET", "/api/accounts", daemon.token, timeout=5)
        scenario.check(response.status == 200, "the operator is served with all connections taken",
                       response)
    left = iter(range(20))
    check_exits(scenario, daemon, trader, "crowded", lambda: next(left, None) is not None)
    callers.end()


def check_exits(scenario, daemon, trader, name, goes_on):
    """Opens and closes a position repeatedly: each close must pass."""
    times, shed = [], 0
    while goes_on():
        key = f"{name}-{len(times)}-{shed}"
        opened = trader.call("POST", f"{ACCOUNT}/orders", daemon.token, market_order("BUY"),
                             {"Idempotency-Key": key})
        if opened.status != 200:
            scenario.check(opened.status == 503, "an entry passes or gets 503", opened)
            shed += 1
            continue
        closed = trader.call("DELETE", f"{ACCOUNT}/positions/BTCUSDT", daemon.token,
                             headers={"Idempotency-Key": f"{key}-close"})
        if not scenario.check(closed.status == 200, "an exit passes", closed):
            return
        times.append(closed.seconds)
    scenario.figure(f"exits_{name}", len(times), "exits", least=3)
    scenario.figure(f"exit_p99_{name}_s", percentile(times, 0.99), "s", most=5)
