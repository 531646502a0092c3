#pragma once

/// The faults of a seed, how often they occur, and the random numbers for them. Each seed disables
/// some faults completely, so that one fault cannot hide the effect of another. Tests force single
/// faults.

#include "base/random.hpp"
#include "model/input.hpp"

#include <array>
#include <cstdint>

namespace botcore::sim {

enum class Fault : std::uint8_t {
    NotSent,
    RequestLost,
    RequestLate,  ///< The request arrives near or after the end of its window.
    EngineDelay,  ///< The matching engine waits, at most M unless the seed breaks M.
    ReplyLost,
    ReplyLate,  ///< The reply arrives after the time-out has reported "no answer".
    ReportDoubled,
    ReportReordered,
    StreamLost,  ///< A report of the stream is lost; the gap is detected and read again later.
    QueryLags,   ///< A query shows a view that is at most L old unless the seed breaks L.
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
    StoreInDoubt,  ///< A restart finds a row that is not what was written.
    StoreBehind,   ///< A restart finds that the store has lost its newest records.
    CommitLate,    ///< The store completes a commit after its call has returned.
};
inline constexpr std::size_t kFaultCount = 29;

/// Whether the exchange continues when the process crashes.
enum class VenueMode : std::uint8_t {
    Exchange,  ///< It has its own books and continues.
    Paper,     ///< It ends with the process and is restored from committed rows.
};

/// Which assumption about the exchange a seed breaks.
enum class Breaks : std::uint8_t { Nothing, EngineMargin, ViewLag };

/// Everything that determines a run besides the code.
struct Plan {
    std::uint64_t seed = 0;
    VenueMode mode = VenueMode::Exchange;
    Breaks breaks = Breaks::Nothing;
    /// The length of the phase with faults.
    model::Duration length = model::Duration::seconds(60);
    std::size_t clients = 4;
    bool trading_clients = true;  ///< False: the test itself sends the commands.
    model::Policy policy;
    std::array<std::uint32_t, kFaultCount> per_mille{};  ///< Zero turns a fault off.
};

/// Whether the store of this seed is also rebuilt and compared at several points. A rebuild costs
/// as much as the run itself, so only every fourth seed does it.
[[nodiscard]] inline bool has_restore_points(std::uint64_t seed) {
    return seed % 4 == 0;
}

/// The plan that a seed stands for.
[[nodiscard]] Plan plan_of(std::uint64_t seed);

/// A plan without faults and without automatic callers, for scenario tests.
[[nodiscard]] Plan calm_plan(VenueMode mode);

class Faults {
public:
    Faults(const Plan& plan, base::Random random);

    /// Decides at random whether the fault occurs at this point.
    [[nodiscard]] bool strikes(Fault fault);

    /// Makes the fault occur at the next `times` points.
    void force(Fault fault, std::uint32_t times = 1) { forced_[index(fault)] += times; }

    /// Ends all faults: the quiet phase begins.
    void stop() {
        per_mille_.fill(0);
        forced_.fill(0);
    }

    /// A random delay from `low` to `high`.
    [[nodiscard]] model::Duration delay(model::Duration low, model::Duration high);

    [[nodiscard]] bool enabled(Fault fault) const { return per_mille_[index(fault)] != 0; }

private:
    static constexpr std::size_t index(Fault fault) { return static_cast<std::size_t>(fault); }

    std::array<std::uint32_t, kFaultCount> per_mille_{};
    std::array<std::uint32_t, kFaultCount> forced_{};
    base::Random random_;
};

}  // namespace botcore::sim
