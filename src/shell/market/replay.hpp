#pragma once

/// Plays recordings: merges files by time, parses, stitches, and yields market events. No thread
/// and no clock; `RecordedMarket` paces it.
///
/// P1  Recorded time never goes back, not even when the replay starts over: each round is shifted
///     behind the one before.
/// P2  A new round begins with the reset of every book: update ids start again.
/// P3  Of messages at the same time, the one of the file named first comes first.
/// P4  The exchange's times are shifted with the recorded ones, so that candles go on.

#include "base/time.hpp"
#include "gateway/market_feed.hpp"
#include "protocol/market_messages.hpp"
#include "shell/market/recording.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace botcore::shell {

enum class ReplayEnd : std::uint8_t {
    Stop,       ///< After the last message nothing comes any more.
    StartOver,  ///< The first message follows the last, 100 ms later.
};

struct ReplayCounts {
    std::uint64_t messages = 0;  ///< Read; the others are parts of these.
    std::uint64_t refused = 0;   ///< Malformed.
    std::uint64_t ignored = 0;   ///< Of no known kind, or of an instrument without a file.
    std::uint64_t gaps = 0;      ///< Depth changes were missing: a book was reset.
    std::uint64_t rounds = 0;    ///< Times that the replay started over.
};

/// Throws `RecordingError` when a file cannot be read.
class Replay {
public:
    using Events = gateway::MarketFeed::Events;

    /// `files` must not be empty, nor must all of the files be.
    Replay(const std::vector<RecordingFile>& files, ReplayEnd at_end);

    /// When the next message comes, on the replay's clock; nothing at the end.
    [[nodiscard]] std::optional<base::Timestamp> next_time() const;

    /// Appends the events of the next message. There must be one.
    void step(Events& events);

    [[nodiscard]] const std::vector<model::InstrumentId>& instruments() const {
        return feed_.instruments();
    }

    [[nodiscard]] const gateway::MarketFeed& feed() const { return feed_; }

    [[nodiscard]] const ReplayCounts& counts() const { return counts_; }

private:
    struct Source {
        RecordingReader reader;
        model::Market market;
        protocol::InstrumentIndex instrument;
        std::optional<RecordedLine> line;
    };

    static std::vector<model::InstrumentId> instruments_of(const std::vector<RecordingFile>& files);
    void handle(Source& source, Events& events);
    void choose();
    void start_over();

    gateway::MarketFeed feed_;
    std::vector<Source> sources_;
    Source* next_ = nullptr;  // Whose line comes next.
    ReplayEnd at_end_;
    bool reset_due_ = false;
    base::Duration shift_;
    base::Timestamp last_time_;  // Shifted time of the last message.
    protocol::MarketParser parser_;
    protocol::MarketMessage message_;
    ReplayCounts counts_;
};

}  // namespace botcore::shell
