#pragma once

/// Plays recordings: merges the files by time, parses the messages, stitches the books, and returns
/// market events. It has no thread and no clock; `RecordedMarket` controls its speed.
///
/// P1  Recorded time never goes back, not even when the playback starts over: each round is shifted
///     to begin after the previous one.
/// P2  A new round begins with a reset of every book, because update ids start again.
/// P3  Messages with the same time are played in the order of their files.
/// P4  The exchange's times are shifted like the recorded ones, so that candles continue.

#include "adapters/market_recorded/recording.hpp"
#include "base/time.hpp"
#include "gateway/market_feed.hpp"
#include "protocol/binance/market_messages.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace botcore::market_recorded {

enum class PlaybackEnd : std::uint8_t {
    Stop,       ///< Nothing follows the last message.
    StartOver,  ///< The first message follows the last, 100 ms later.
};

struct PlaybackCounts {
    std::uint64_t messages = 0;  ///< All messages read, including the next three counts.
    std::uint64_t refused = 0;   ///< Malformed messages.
    std::uint64_t ignored = 0;   ///< Of an unknown kind, or for an instrument without a file.
    std::uint64_t gaps = 0;      ///< How often depth updates were missing and a book was reset.
    std::uint64_t rounds = 0;    ///< How often the playback started over.
};

/// Throws `RecordingError` when a file cannot be read.
class Playback {
public:
    using Events = gateway::MarketFeed::Events;

    /// `files` must not be empty; at least one file must contain a message.
    Playback(const std::vector<RecordingFile>& files, PlaybackEnd at_end);

    /// The time of the next message on the playback's clock; nothing after the last message.
    [[nodiscard]] std::optional<base::Timestamp> next_time() const;

    /// Appends the events of the next message. `next_time` must not be empty.
    void step(Events& events);

    [[nodiscard]] const std::vector<model::InstrumentId>& instruments() const {
        return feed_.instruments();
    }

    [[nodiscard]] const gateway::MarketFeed& feed() const { return feed_; }

    [[nodiscard]] const PlaybackCounts& counts() const { return counts_; }

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
    Source* next_ = nullptr;  // The source with the next line.
    PlaybackEnd at_end_;
    bool reset_due_ = false;
    base::Duration shift_;
    base::Timestamp last_time_;  // Shifted time of the last message.
    protocol::MarketParser parser_;
    protocol::MarketMessage message_;
    PlaybackCounts counts_;
};

}  // namespace botcore::market_recorded
