#pragma once

/// Which faults a seed has, how often they strike, and the dice for them. Each seed turns some off
/// altogether, so that one fault cannot hide what another would show. Tests force single ones.

#include "base/random.hpp"
#include "model/input.hpp"

#include <array>
#include <cstdint>

namespace botcore::sim {

enum class Fault : std::uint8_t {
    NotSent,
    RequestLost,
    RequestLate,  ///< Reaches the exchange near or after the end of its window.
    EngineDelay,  ///< Waits within the matching engine, M at most unless the seed breaks M.
    ReplyLost,
    ReplyLate,  ///< Comes after the time-out has said "no answer".
    ReportDoubled,
    ReportReordered,
    StreamLost,  ///< A report of the stream is lost; the gap is noticed and re-read later.
    QueryLags,   ///< Shows a view L old at most unless the seed breaks L.
    UnavailableLost,
    UnavailableKept,
    ReadFails,
    LoadFails,
    CrashIdle,
    CrashCommitLost,
    CrashCommitKept,
    CrashBeforeSend,
    CrashAfterSend,
    TakeOver,
    StorageReserve,
    MarketGap,
    MarketStale,
    ClockJump,
    SameKeyParallel,
    SameKeyOtherBody,
};
inline constexpr std::size_t kFaultCount = 26;

/// Does the exchange live on when the process dies?
enum class VenueMode : std::uint8_t {
    Exchange,  ///< It has its own books and goes on.
    Paper,     ///< It dies with the process and is seated again from committed rows.
};

/// Which assumption about the exchange a seed breaks.
enum class Breaks : std::uint8_t { Nothing, EngineMargin, ViewLag };

/// Everything that a run depends on besides the code.
struct Plan {
    std::uint64_t seed = 0;
    VenueMode mode = VenueMode::Exchange;
    Breaks breaks = Breaks::Nothing;
    model::Duration length = model::Duration::seconds(60);  ///< Of the phase with faults.
    std::size_t clients = 4;
    bool trading_clients = true;  ///< False: a test gives the commands itself.
    model::Policy policy;
    std::array<std::uint32_t, kFaultCount> per_mille{};  ///< Zero: off.
};

/// The plan that a seed means.
[[nodiscard]] Plan plan_of(std::uint64_t seed);

/// A plan without any fault and without clients of its own, for scenario tests.
[[nodiscard]] Plan calm_plan(VenueMode mode);

class Faults {
public:
    Faults(const Plan& plan, base::Random random);

    /// Rolls the dice for one place where the fault can strike.
    [[nodiscard]] bool strikes(Fault fault);

    /// The next `times` rolls of this fault strike.
    void force(Fault fault, std::uint32_t times = 1) { forced_[index(fault)] += times; }

    /// The quiet phase begins.
    void stop() {
        per_mille_.fill(0);
        forced_.fill(0);
    }

    /// A delay in [low, high].
    [[nodiscard]] model::Duration delay(model::Duration low, model::Duration high);

    [[nodiscard]] bool enabled(Fault fault) const { return per_mille_[index(fault)] != 0; }

private:
    static constexpr std::size_t index(Fault fault) { return static_cast<std::size_t>(fault); }

    std::array<std::uint32_t, kFaultCount> per_mille_{};
    std::array<std::uint32_t, kFaultCount> forced_{};
    base::Random random_;
};

}  // namespace botcore::sim
