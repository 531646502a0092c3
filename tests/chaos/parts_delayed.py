"""A proxy before cache and analysis delays, half-opens and cuts connections: trading keeps its
bounds, the loss is reported, and the daemon recovers by itself."""
# @spec:TC-REL-001 TC-REL-006 R1-HEALTH-11 R2-AC-03 R2-CB-01 I9 R1-DEGR-01 RT-CHAOS-04
from world import breaker
from world.faults import Peer
from world.peers import RedisServer
from world.proxy import Proxy
from world.traffic import LatencyBounds, check_degraded_mode

FLOORS = {"trade": 0.25, "health": 0.1, "read": 0.1, "cached": 0.5}


def run(scenario):
    cache, analysis = RedisServer(scenario), Peer((200, {"signal": "Neutral"}, {}))
    scenario.add_cleanup(analysis.close)
    to_cache, to_analysis = Proxy(scenario, cache.port), Proxy(scenario, analysis.port)
    daemon = scenario.daemon({"analysis.url": f"http://127.0.0.1:{to_analysis.port}",
                              "cache.url": f"redis://127.0.0.1:{to_cache.port}",
                              "reliability.health_check_interval_seconds": 1, **breaker.CONFIG})
    wait_recovered(scenario, daemon)
    bounds = LatencyBounds(scenario, daemon, FLOORS)
    for _ in range(scenario.pick(1, 5)):
        slow(scenario, daemon, bounds, to_cache, to_analysis)
        half_open(scenario, daemon, bounds, to_cache, to_analysis)
        cut_off(scenario, daemon, bounds, to_cache, to_analysis)
    scenario.check(daemon.terminate() == 0, "it ends with 0")
    scenario.check(daemon.verify().get("clean"), "the rows agree with the journal")


def slow(scenario, daemon, bounds, to_cache, to_analysis):
    """Late but within the time limits: both services stay in use."""
    to_cache.delay, to_cache.jitter = 0.03, 0.02
    to_analysis.delay, to_analysis.jitter = 0.4, 0.1
    response = breaker.call(daemon)
    scenario.check(response.status == 200, "a slow service is waited for", response)
    scenario.check(response.seconds >= 0.6, "the response has the delay of both directions",
                   response.seconds)
    bounds.measure("slow")
    to_cache.delay = to_analysis.delay = 0.0
    record_faults(scenario, "bytes delayed", to_cache, to_analysis, "delayed_bytes")
    wait_recovered(scenario, daemon)


def half_open(scenario, daemon, bounds, to_cache, to_analysis):
    """Connections that stay and carry nothing."""
    to_cache.drops_bytes = to_analysis.drops_bytes = True
    check_degraded_mode(scenario, daemon, "cache_down", "redis", True)
    check_degraded_mode(scenario, daemon, "analysis_down", "analysis", True)
    breaker.call_until_open(scenario, daemon)
    breaker.check_refuses_at_once(scenario, daemon, "half_open")
    bounds.measure("half_open")
    to_cache.drops_bytes = to_analysis.drops_bytes = False
    record_faults(scenario, "bytes lost in half-open connections", to_cache, to_analysis,
                  "lost_bytes")
    to_cache.cut()  # Cut them: the bytes that were lost are not sent again.
    breaker.check_closes_again(scenario, daemon)
    wait_recovered(scenario, daemon)


def cut_off(scenario, daemon, bounds, to_cache, to_analysis):
    """Connections are reset while they are used."""
    to_analysis.delay = 0.2
    for number in range(scenario.pick(3, 10)):
        count = to_cache.cut() + to_analysis.cut()
        scenario.fault("connections cut", count)
        wait_recovered(scenario, daemon)
        if number == 0:
            bounds.measure("after_a_cut")
    to_analysis.delay = 0.0


def record_faults(scenario, kind, to_cache, to_analysis, count):
    for name, proxy in (("cache", to_cache), ("analysis", to_analysis)):
        value = getattr(proxy, count)
        scenario.check(value > 0, f"{kind}: some of the {name}", value)
        scenario.fault(f"{kind}, {name}", value)
        setattr(proxy, count, 0)


def wait_recovered(scenario, daemon):
    check_degraded_mode(scenario, daemon, "cache_down", "redis", False)
    check_degraded_mode(scenario, daemon, "analysis_down", "analysis", False)
    scenario.eventually(20, lambda: from_cache(daemon), "a response comes from the cache")


def from_cache(daemon):
    response = daemon.call("GET", "/api/accounts/futures/history?limit=20")
    return response.headers.get("x-cache") == "hit"
