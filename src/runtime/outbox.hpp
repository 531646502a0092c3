#pragma once

/// The notices that wait for delivery over each channel, and when each is sent.
///
/// O1  A channel gets its notices in order, one at a time. A notice leaves the outbox only when it
///     was delivered, when its channel refused it for ever, or when the queue is full.
/// O2  After a failure a channel pauses 1, 2, 4 … 60 s, or as long as the service requests. Other
///     channels are not affected.
/// O3  A notice that says what the last notice about its subject said, less than `kSameWithin` ago,
///     is not sent again. A condition that has ended in between is new.
/// O4  A queue holds at most `kRowsMax` notices. When it is full, the oldest of the lowest level is
///     dropped and counted.
/// O5  A row is sent once it is stored, or `kStoreAwaited` after it was added: a store that hangs
///     must not silence the notice about it.
/// O6  A row that an earlier process has stored may have been sent: it is marked so.
///
/// Times are on the monotonic clock. Threads: one.

#include "base/time.hpp"
#include "ports/notifier.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::runtime {

/// A notice for one channel.
struct OutboxRow {
    std::uint64_t number = 0;  ///< Unique and ascending, over all processes.
    std::string channel;
    ports::Notice notice;
};

class Outbox {
public:
    static constexpr std::size_t kRowsMax = 1'000;
    static constexpr base::Duration kSameWithin = base::Duration::seconds(300);
    static constexpr base::Duration kStoreAwaited = base::Duration::seconds(2);
    static constexpr base::Duration kPauseMax = base::Duration::seconds(60);

    struct ChannelRules {
        std::string name;
        /// The least time between two messages, as the service requires.
        base::Duration gap{};
    };

    explicit Outbox(const std::vector<ChannelRules>& channels);

    /// Rows that earlier processes have stored, ascending. Returns those of channels that do not
    /// exist any more, which are not queued.
    [[nodiscard]] std::vector<OutboxRow> restore(std::vector<OutboxRow> rows);

    struct Added {
        std::vector<OutboxRow> put;          ///< Store these.
        std::vector<std::uint64_t> dropped;  ///< Remove these, which were dropped (O4).
    };

    /// Queues the notice for these channels, which exist. Sets the notice's id if it is empty.
    [[nodiscard]] Added add(ports::Notice notice,
                            std::span<const std::string> channels,
                            base::Timestamp now);

    /// Like `add`, but queues repetitions too (not O3): the caller decides what is repeated.
    [[nodiscard]] Added add_repeatable(ports::Notice notice,
                                       std::span<const std::string> channels,
                                       base::Timestamp now);

    /// The row is durable.
    void stored(std::uint64_t number);

    /// The notice that the channel sends now; empty: none is due. Until `finished` is called for
    /// it, the channel has no other.
    [[nodiscard]] std::optional<OutboxRow> take_due(std::string_view channel, base::Timestamp now);

    /// The attempt that `take_due` began has ended. Returns whether the row leaves the outbox:
    /// remove it from the store then.
    [[nodiscard]] bool finished(std::string_view channel,
                                const ports::Delivery& delivery,
                                base::Timestamp now);

    struct ChannelState {
        std::size_t waiting = 0;
        std::uint32_t failures = 0;  ///< In a row.
        bool sends = false;          ///< An attempt is under way.
        std::string error{};         ///< Of the last attempt, if it was not delivered.
        std::uint64_t delivered = 0;
        std::uint64_t refused = 0;
        std::uint64_t failed = 0;  ///< Attempts.
        std::uint64_t dropped = 0;
        /// Since when no notice was delivered although one waits.
        std::optional<base::Timestamp> failing_since{};
    };

    [[nodiscard]] const ChannelState& state(std::string_view channel) const;

    [[nodiscard]] bool has_channel(std::string_view name) const { return channels_.contains(name); }

private:
    struct Waiting {
        OutboxRow row;
        std::optional<base::Timestamp>
            stored_by;  ///< When it is sent without; empty: it is stored.
    };

    struct Channel {
        base::Duration gap;
        std::deque<Waiting> rows{};
        base::Timestamp not_before{};
        ChannelState state{};
    };

    struct Last {
        bool over = false;
        base::Timestamp at;
    };

    [[nodiscard]] bool is_repetition(const ports::Notice& notice, base::Timestamp now);
    [[nodiscard]] static std::uint64_t drop_one(Channel& channel);
    [[nodiscard]] Channel& channel_of(std::string_view name);

    std::map<std::string, Channel, std::less<>> channels_;
    std::map<std::string, Last> last_;  ///< By subject.
    std::uint64_t next_ = 1;
};

}  // namespace botcore::runtime
