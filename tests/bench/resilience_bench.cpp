#include "tests/bench/resilience_bench.hpp"

#include "resilience/pipeline.hpp"

#include <chrono>

namespace botcore::bench {

namespace {

using Clock = std::chrono::steady_clock;
using namespace resilience;

/// The measured call: the compiler can neither inline nor remove it.
[[gnu::noinline]] AttemptResult call(std::uint64_t number) {
    asm volatile("" : : "r"(number) : "memory");
    return {};
}

constexpr Timestamp kStart = Timestamp::from_milliseconds(1'767'225'600'000);

/// One call per microsecond, so that the windows advance as often as under a heavy load.
constexpr Timestamp time_of(std::uint64_t number) {
    return kStart + Duration::microseconds(static_cast<std::int64_t>(number));
}

template <class Work>
double nanoseconds_each(int calls, Work work) {
    const auto start = Clock::now();
    for (int i = 0; i < calls; ++i)
        work(static_cast<std::uint64_t>(i));
    return std::chrono::duration<double, std::nano>(Clock::now() - start).count() / calls;
}

double empty_ns(int calls) {
    return nanoseconds_each(calls, [](std::uint64_t number) {
        const auto result = call(number);
        asm volatile("" : : "r"(&result) : "memory");
    });
}

double breaker_ns(int calls) {
    Breaker breaker({});
    const double each = nanoseconds_each(calls, [&](std::uint64_t number) {
        const Timestamp now = time_of(number);
        const auto permit = breaker.acquire(now);
        if (!permit) return;
        const auto result = call(number);
        breaker.record(*permit, meaning_of(result).outcome, now);
    });
    CHECK(breaker.state() == BreakerState::Closed);
    return each;
}

double pipeline_ns(int calls) {
    base::Random random(1);
    Bulkhead bulkhead;
    AdaptiveThrottle throttle;
    RetryBudget budget;
    Breaker breaker({});
    Pipeline pipeline({}, {bulkhead, throttle, budget, breaker});
    std::uint64_t succeeded = 0;
    const double each = nanoseconds_each(calls, [&](std::uint64_t number) {
        const Timestamp now = time_of(number);
        PipelineCall one{.lane = Lane::Entry,
                         .repeat = Repeat::Allowed,
                         .ticket = number,
                         .deadline = Deadline::after(now)};
        const auto step = pipeline.begin(one, now, random);
        if (!std::holds_alternative<MakeAttempt>(step)) return;
        const auto result = call(number);
        const auto end = pipeline.finished(one, result, now, random);
        succeeded += std::holds_alternative<CallOver>(end) ? 1 : 0;
    });
    CHECK(succeeded == static_cast<std::uint64_t>(calls));
    return each;
}

}  // namespace

ResilienceFigures measure_resilience(int rounds, int calls) {
    ResilienceFigures figures;
    for (int round = 0; round < rounds; ++round) {
        figures.empty_ns.push_back(empty_ns(calls));
        figures.breaker_ns.push_back(breaker_ns(calls));
        figures.pipeline_ns.push_back(pipeline_ns(calls));
    }
    return figures;
}

}  // namespace botcore::bench
