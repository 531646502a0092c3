"""The parts outside fall silent because packets vanish: orders, exits, health and reads keep their
bounds, the loss shows, the breaker opens, and when the packets come through all is as before."""
# @spec:TC-REL-001 TC-REL-006 R1-HEALTH-11 R2-AC-03 R2-CB-01 I9 R1-DEGR-01 R1-AC-16 RI-MX-05
# @spec:RT-CHAOS-02 RT-INT-02 RK-04 RK-06
from world import breaker
from world.faults import Partition, Peer, in_own_network
from world.peers import RedisServer
from world.traffic import Bounds, sees

OWN_NETWORK = True
# /health: R1-AC-03. A cached read waits 200 ms for its cache at most, then it makes the answer.
FLOORS = {"trade": 0.25, "health": 0.1, "read": 0.1, "cached": 0.5}


def run(stage):
    if not stage.check(in_own_network(), "the scenario has a network of its own"):
        return
    cache, analysis = RedisServer(stage), Peer((200, {"signal": "Neutral"}, {}))
    stage.later(analysis.close)
    daemon = stage.daemon({"analysis.url": f"http://127.0.0.1:{analysis.port}",
                           "cache.url": f"redis://127.0.0.1:{cache.port}",
                           "reliability.health_check_interval_seconds": 1, **breaker.CONFIG})
    stage.check(daemon.place("kept").status == 200, "a position is open")
    as_before(stage, daemon)
    bounds = Bounds(stage, daemon, FLOORS)
    for _ in range(stage.pick(1, 5)):
        without_cache(stage, daemon, bounds, cache.port)
        without_analysis(stage, daemon, bounds, analysis.port)
        without_both(stage, daemon, bounds, (cache.port, analysis.port))
    counted(stage, daemon, 'cache_requests_total{result="hit"}',
            'reconnection_attempts_total{result="success",service="cache"}',
            'ai_requests_total{result="success"}', "wal_fsync_seconds_count",
            "db_connections_active", "portfolio_value_usd")
    stage.check(daemon.terminate() == 0, "it ends with 0")
    stage.check(daemon.verify().get("clean"), "the rows are what the journal says")


def without_cache(stage, daemon, bounds, port):
    wire = Partition(port).begin()
    sees(stage, daemon, "cache_down", "redis", True)
    bounds.play("without_cache")
    counted(stage, daemon, 'cache_requests_total{result="failure"}',
            'timeouts_total{op="cache"}',
            'reconnection_attempts_total{result="failure",service="cache"}')
    stage.fault("packets to the cache dropped", wire.end())
    as_before(stage, daemon)


def without_analysis(stage, daemon, bounds, port):
    wire = Partition(port).begin()
    sees(stage, daemon, "analysis_down", "analysis", True)
    breaker.ask_until_open(stage, daemon)
    breaker.refuses_at_once(stage, daemon, "partition")
    bounds.play("without_analysis")
    counted(stage, daemon, 'ai_requests_total{result="timeout"}', 'timeouts_total{op="analysis"}')
    stage.fault("packets to the analysis dropped", wire.end())
    breaker.closes_again(stage, daemon)
    as_before(stage, daemon)


def without_both(stage, daemon, bounds, ports):
    wires = [Partition(port).begin() for port in ports]
    sees(stage, daemon, "cache_down", "redis", True)
    sees(stage, daemon, "analysis_down", "analysis", True)
    bounds.play("without_both")
    for wire in wires:
        stage.fault("packets to both dropped", wire.end())
    as_before(stage, daemon)


def counted(stage, daemon, *names):
    """The metrics follow within a second."""
    for name in names:
        stage.eventually(5, lambda metric=name: (daemon.metric(metric) or 0) > 0, f"{name} > 0")


def as_before(stage, daemon):
    """Healthy, no mode left, and the cache is used again."""
    sees(stage, daemon, "cache_down", "redis", False)
    sees(stage, daemon, "analysis_down", "analysis", False)
    stage.eventually(20, lambda: overall(daemon) == "healthy", "all is healthy")
    stage.eventually(20, lambda: from_cache(daemon), "an answer comes from the cache")


def overall(daemon):
    return daemon.ask("GET", "/health", timeout=5).json().get("overall_status")


def from_cache(daemon):
    answer = daemon.ask("GET", "/api/accounts/futures/history?limit=20")
    return answer.headers.get("x-cache") == "hit"
