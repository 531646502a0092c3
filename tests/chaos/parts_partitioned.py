"""Packets to cache and analysis are dropped: orders, exits, health and reads keep their bounds, the
loss is reported, the breaker opens, and all recovers when packets pass again."""
# @spec:TC-REL-001 TC-REL-006 R1-HEALTH-11 R2-AC-03 R2-CB-01 I9 R1-DEGR-01 R1-AC-16 RI-MX-05
# @spec:RT-CHAOS-02 RT-INT-02 RK-04 RK-06
from world import breaker
from world.faults import Partition, Peer, in_own_network
from world.peers import RedisServer
from world.traffic import LatencyBounds, check_degraded_mode

OWN_NETWORK = True
# /health: R1-AC-03. A cached read waits 200 ms for its cache at most, then it is computed.
FLOORS = {"trade": 0.25, "health": 0.1, "read": 0.1, "cached": 0.5}


def run(scenario):
    if not scenario.check(in_own_network(), "the scenario has its own network"):
        return
    cache, analysis = RedisServer(scenario), Peer((200, {"signal": "Neutral"}, {}))
    scenario.add_cleanup(analysis.close)
    daemon = scenario.daemon({"analysis.url": f"http://127.0.0.1:{analysis.port}",
                              "cache.url": f"redis://127.0.0.1:{cache.port}",
                              "reliability.health_check_interval_seconds": 1, **breaker.CONFIG})
    scenario.check(daemon.place("kept").status == 200, "a position is open")
    wait_recovered(scenario, daemon)
    bounds = LatencyBounds(scenario, daemon, FLOORS)
    for _ in range(scenario.pick(1, 5)):
        without_cache(scenario, daemon, bounds, cache.port)
        without_analysis(scenario, daemon, bounds, analysis.port)
        without_both(scenario, daemon, bounds, (cache.port, analysis.port))
    wait_counted(scenario, daemon, 'cache_requests_total{result="hit"}',
                 'reconnection_attempts_total{result="success",service="cache"}',
                 'ai_requests_total{result="success"}', "wal_fsync_seconds_count",
                 "db_connections_active", "portfolio_value_usd")
    scenario.check(daemon.terminate() == 0, "it ends with 0")
    scenario.check(daemon.verify().get("clean"), "the rows agree with the journal")


def without_cache(scenario, daemon, bounds, port):
    partition = Partition(port).begin()
    check_degraded_mode(scenario, daemon, "cache_down", "redis", True)
    bounds.measure("without_cache")
    wait_counted(scenario, daemon, 'cache_requests_total{result="failure"}',
                 'timeouts_total{op="cache"}',
                 'reconnection_attempts_total{result="failure",service="cache"}')
    scenario.fault("packets to the cache dropped", partition.end())
    wait_recovered(scenario, daemon)


def without_analysis(scenario, daemon, bounds, port):
    partition = Partition(port).begin()
    check_degraded_mode(scenario, daemon, "analysis_down", "analysis", True)
    breaker.call_until_open(scenario, daemon)
    breaker.check_refuses_at_once(scenario, daemon, "partition")
    bounds.measure("without_analysis")
    wait_counted(scenario, daemon, 'ai_requests_total{result="timeout"}',
                 'timeouts_total{op="analysis"}')
    scenario.fault("packets to the analysis dropped", partition.end())
    breaker.check_closes_again(scenario, daemon)
    wait_recovered(scenario, daemon)


def without_both(scenario, daemon, bounds, ports):
    partitions = [Partition(port).begin() for port in ports]
    check_degraded_mode(scenario, daemon, "cache_down", "redis", True)
    check_degraded_mode(scenario, daemon, "analysis_down", "analysis", True)
    bounds.measure("without_both")
    for partition in partitions:
        scenario.fault("packets to both dropped", partition.end())
    wait_recovered(scenario, daemon)


def wait_counted(scenario, daemon, *names):
    """The metrics follow within a second."""
    for name in names:
        scenario.eventually(5, lambda metric=name: (daemon.metric(metric) or 0) > 0, f"{name} > 0")


def wait_recovered(scenario, daemon):
    """Waits until all is healthy without a degraded mode and the cache is in use."""
    check_degraded_mode(scenario, daemon, "cache_down", "redis", False)
    check_degraded_mode(scenario, daemon, "analysis_down", "analysis", False)
    scenario.eventually(20, lambda: overall(daemon) == "healthy", "all is healthy")
    scenario.eventually(20, lambda: from_cache(daemon), "a response comes from the cache")


def overall(daemon):
    return daemon.call("GET", "/health", timeout=5).json().get("overall_status")


def from_cache(daemon):
    response = daemon.call("GET", "/api/accounts/futures/history?limit=20")
    return response.headers.get("x-cache") == "hit"
