#pragma once

/// Plays a recorded market on its own thread, called "market". The thread reads, decompresses and
/// parses the recordings and stitches the books at the configured speed, and passes batches of
/// events to the loop.
///
///   Ready ──start()──> Running ──last message──> Ended
///                         │ └──── a file fails ─> Failed
///                         └────── stop() ───────> Ended
///
/// T1  The loop receives whole messages, in order, and none is lost: when the loop is slow, the
///     thread waits.
/// T2  A batch is passed on when it holds `batch_events`, or is 1 ms old, or nothing more is due.
/// T3  `stop` returns soon, no matter what the thread is waiting for.

#include "adapters/market_recorded/market_event_queue.hpp"
#include "adapters/market_recorded/playback.hpp"
#include "adapters/market_recorded/playback_clock.hpp"
#include "base/time.hpp"
#include "model/names.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace botcore::market_recorded {

struct RecordedMarketOptions {
    std::vector<RecordingFile> files;
    std::uint32_t speed = 1;  ///< A multiple of real time; zero: as fast as the loop can.
    PlaybackEnd at_end = PlaybackEnd::StartOver;
    std::size_t batch_events = 256;
    std::size_t batches_max = 64;
};

enum class RecordedMarketState : std::uint8_t { Ready, Running, Ended, Failed };

struct RecordedMarketStatus {
    RecordedMarketState state = RecordedMarketState::Ready;
    PlaybackCounts counts;  ///< As of the last batch.
    std::string failure;    ///< The error message; empty unless the state is `Failed`.
};

class RecordedMarket {
public:
    using Wall = PlaybackClock::Wall;

    /// Opens the files. Throws `RecordingError`. For `wake` see `MarketEventQueue`; it is also
    /// called when the state becomes `Ended` or `Failed`.
    RecordedMarket(RecordedMarketOptions options, std::function<void()> wake);

    /// Stops the thread.
    ~RecordedMarket();
    RecordedMarket(const RecordedMarket&) = delete;
    RecordedMarket& operator=(const RecordedMarket&) = delete;

    /// Starts the thread; recorded time starts to run at `wall`. May be called once only.
    void start(Wall wall);

    /// Stops the thread and waits for it. May be called again.
    void stop();

    /// Loop thread: passes at most `batches` waiting batches to `take`; never waits. `wall` is the
    /// current real time.
    std::size_t drain(Wall wall, std::size_t batches, const MarketEventQueue::Take& take);

    /// Loop thread: the time of the recording at `wall`. Pass it to the board before requesting a
    /// quote. Before the start it is the time of the first message.
    [[nodiscard]] base::Timestamp source_now(Wall wall);

    /// The table to which the instrument indexes of the events refer.
    [[nodiscard]] const std::vector<model::InstrumentId>& instruments() const {
        return instruments_;
    }

    /// Any thread.
    [[nodiscard]] RecordedMarketStatus status() const;

    /// Any thread: the number of batches that wait for the loop.
    [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

private:
    void run(const std::stop_token& stop, const PlaybackClock& clock);
    void play(const std::stop_token& stop, const PlaybackClock& clock);
    [[nodiscard]] bool hand_over(MarketEventQueue::Batch& batch, const std::stop_token& stop);
    void wait_until(Wall wall, const std::stop_token& stop);
    void publish(RecordedMarketState state, std::string failure);

    RecordedMarketOptions options_;
    std::function<void()> wake_;
    Playback replay_;  // Used by the market thread only, once it runs.
    std::vector<model::InstrumentId> instruments_;
    base::Timestamp first_time_;
    MarketEventQueue queue_;
    std::optional<PlaybackClock> clock_;  // The loop's own copy.

    mutable std::mutex status_mutex_;  // Guards `status_` and nothing else.
    RecordedMarketStatus status_;

    std::mutex idle_mutex_;  // Guards no data: a condition variable needs a mutex to wait.
    std::condition_variable_any idle_;
    std::jthread thread_;
};

}  // namespace botcore::market_recorded
