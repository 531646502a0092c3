"""A proxy before the parts outside makes them slow, uneven, half-open and cuts them off: nobody who
trades feels it, what is lost shows, and it comes back by itself."""
# @spec:TC-REL-001 TC-REL-006 R1-HEALTH-11 R2-AC-03 R2-CB-01 I9 R1-DEGR-01 RT-CHAOS-04
from world import breaker
from world.faults import Peer
from world.peers import RedisServer
from world.proxy import Proxy
from world.traffic import Bounds, sees

FLOORS = {"trade": 0.25, "health": 0.1, "read": 0.1, "cached": 0.5}


def run(stage):
    cache, analysis = RedisServer(stage), Peer((200, {"signal": "Neutral"}, {}))
    stage.later(analysis.close)
    to_cache, to_analysis = Proxy(stage, cache.port), Proxy(stage, analysis.port)
    daemon = stage.daemon({"analysis.url": f"http://127.0.0.1:{to_analysis.port}",
                           "cache.url": f"redis://127.0.0.1:{to_cache.port}",
                           "reliability.health_check_interval_seconds": 1, **breaker.CONFIG})
    as_before(stage, daemon)
    bounds = Bounds(stage, daemon, FLOORS)
    for _ in range(stage.pick(1, 5)):
        slow(stage, daemon, bounds, to_cache, to_analysis)
        half_open(stage, daemon, bounds, to_cache, to_analysis)
        cut_off(stage, daemon, bounds, to_cache, to_analysis)
    stage.check(daemon.terminate() == 0, "it ends with 0")
    stage.check(daemon.verify().get("clean"), "the rows are what the journal says")


def slow(stage, daemon, bounds, to_cache, to_analysis):
    """Late but in time: everything is used on, only slower."""
    to_cache.delay, to_cache.jitter = 0.03, 0.02
    to_analysis.delay, to_analysis.jitter = 0.4, 0.1
    answer = breaker.ask(daemon)
    stage.check(answer.status == 200, "a slow service is waited for", answer)
    stage.check(answer.seconds >= 0.6, "its answer took both ways' delay", answer.seconds)
    bounds.play("slow")
    to_cache.delay = to_analysis.delay = 0.0
    told(stage, "bytes delayed", to_cache, to_analysis, "delayed_bytes")
    as_before(stage, daemon)


def half_open(stage, daemon, bounds, to_cache, to_analysis):
    """Connections that stay and carry nothing."""
    to_cache.deaf = to_analysis.deaf = True
    sees(stage, daemon, "cache_down", "redis", True)
    sees(stage, daemon, "analysis_down", "analysis", True)
    breaker.ask_until_open(stage, daemon)
    breaker.refuses_at_once(stage, daemon, "half_open")
    bounds.play("half_open")
    to_cache.deaf = to_analysis.deaf = False
    told(stage, "bytes lost in half-open connections", to_cache, to_analysis, "lost_bytes")
    to_cache.cut()  # Behind the proxy they are torn: what was lost is not sent again.
    breaker.closes_again(stage, daemon)
    as_before(stage, daemon)


def cut_off(stage, daemon, bounds, to_cache, to_analysis):
    """Connections are reset while they are used."""
    to_analysis.delay = 0.2
    for number in range(stage.pick(3, 10)):
        count = to_cache.cut() + to_analysis.cut()
        stage.fault("connections cut", count)
        as_before(stage, daemon)
        if number == 0:
            bounds.play("after_a_cut")
    to_analysis.delay = 0.0


def told(stage, kind, to_cache, to_analysis, count):
    for name, proxy in (("cache", to_cache), ("analysis", to_analysis)):
        value = getattr(proxy, count)
        stage.check(value > 0, f"{kind}: some of the {name}", value)
        stage.fault(f"{kind}, {name}", value)
        setattr(proxy, count, 0)


def as_before(stage, daemon):
    sees(stage, daemon, "cache_down", "redis", False)
    sees(stage, daemon, "analysis_down", "analysis", False)
    stage.eventually(20, lambda: from_cache(daemon), "an answer comes from the cache")


def from_cache(daemon):
    answer = daemon.ask("GET", "/api/accounts/futures/history?limit=20")
    return answer.headers.get("x-cache") == "hit"
