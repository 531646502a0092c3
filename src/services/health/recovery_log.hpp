#pragma once

/// The recoveries of the process: which part recovered, at which attempt, whether it succeeded, and
/// how long it took. They are kept over restarts, for the report of an incident and for people who
/// ask how often the process has to repair itself.
///
/// E1  The log keeps the newest `kRecoveriesMax` recoveries. An older one is removed from the store
///     too.
/// E2  The attempts of a mechanism are counted from 1, over restarts, and begin again after a
///     success. Of a series of failed attempts the first `kAttemptsKept` are kept, and then those
///     whose number is a power of two: a store that is down for a day does not remove everything
///     else.
/// E3  Each recovery that is kept is a line of the log: INFO for a success, ERROR for a failure.
///
/// Threads: the loop thread.

#include "base/result.hpp"
#include "base/time.hpp"
#include "host/service.hpp"
#include "observability/log.hpp"
#include "ports/cache.hpp"
#include "ports/service_store.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::health {

enum class RecoveryMechanism : std::uint8_t {
    Restart,        ///< The process started and restored the state that an earlier one stored.
    Reload,         ///< The running process loaded its state from the store again.
    CacheReconnect  ///< The connection to the remote cache was made again.
};

/// "restart", "reload" or "cache_reconnect".
[[nodiscard]] std::string_view to_text(RecoveryMechanism mechanism);

struct Recovery {
    std::uint64_t number = 0;  ///< Ascending over all processes.
    base::Timestamp time;      ///< When it ended.
    RecoveryMechanism mechanism = RecoveryMechanism::Restart;
    std::uint64_t attempt = 1;  ///< At least 1.
    bool succeeded = false;
    /// Of the attempt; of a reconnection since the connection was lost.
    base::Duration duration;
    std::string text{};  ///< One sentence for people.
};

class RecoveryLog final : public host::Service {
public:
    static constexpr std::size_t kRecoveriesMax = 1'000;
    static constexpr std::uint64_t kAttemptsKept = 10;

    /// The references must outlive this object.
    struct Parts {
        ports::ServiceStore& store;
        observability::Log& log;
        std::function<base::Timestamp()> now;  ///< The wall clock.
    };

    /// Reads the recoveries of earlier processes; waits for the disk. A row that cannot be read is
    /// logged and not shown. The error is the store's.
    [[nodiscard]] static base::Result<std::unique_ptr<RecoveryLog>, std::string> make(
        const Parts& parts);

    /// An attempt has ended now. `text` is one sentence for people.
    void add(RecoveryMechanism mechanism,
             bool succeeded,
             base::Duration duration,
             std::string text);

    /// The oldest first.
    [[nodiscard]] const std::deque<Recovery>& recoveries() const { return recoveries_; }

private:
    explicit RecoveryLog(const Parts& parts) : parts_(parts) {}

    void restore(const ports::ServiceRow& row);
    void write_line(const Recovery& recovery);

    Parts parts_;
    std::deque<Recovery> recoveries_;
    std::uint64_t last_number_ = 0;
    std::array<std::uint64_t, 3> failed_{};  ///< Failed attempts since a success, by mechanism.
};

/// Adds the reconnections of a remote cache to the log, from the counters of the cache.
class CacheReconnections {
public:
    /// The log must outlive this object.
    explicit CacheReconnections(RecoveryLog& log) : log_(log) {}

    /// Call it several times a second. `monotonic` is on the monotonic clock.
    void update(const ports::CacheCounters& counters,
                const ports::CacheStatus& status,
                base::Timestamp monotonic);

private:
    RecoveryLog& log_;
    std::uint64_t succeeded_ = 0;  ///< That were added.
    std::uint64_t failed_ = 0;     ///< That were added.
    std::optional<base::Timestamp> lost_since_;
};

}  // namespace botcore::health
