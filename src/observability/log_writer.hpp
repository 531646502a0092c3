#pragma once

/// The log thread: takes finished lines from any thread and writes them to the sinks. Callers never
/// wait for a sink.
///
/// G1  Each sink gets the lines in order, except those that did not fit into its buffer; then a
///     line reports how many were dropped.
/// G2  A sink that is down is tried again a few times a second; the other sinks continue.
/// G3  Lines that are held back are written in order at the first of these events: `release` is
///     called, a line of level Error or above is logged, `flush` is called, or the time `held_for`
///     has passed.
///
/// Queues: one for each sink, `lines_max` lines (full: see LineBuffer).

#include "observability/line_buffer.hpp"
#include "observability/sinks.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace botcore::observability {

class LogWriter {
public:
    /// Makes a line in the given format.
    using MakeLine = std::function<Line(Format format)>;
    /// Makes the line that reports dropped lines.
    using MakeDroppedLine = std::function<Line(Format format, std::uint64_t dropped)>;

    LogWriter(std::vector<std::unique_ptr<LineSink>> sinks,
              std::size_t lines_max,
              MakeDroppedLine report_dropped,
              std::chrono::milliseconds held_for);
    /// Writes what the sinks take within two seconds, and discards the rest.
    ~LogWriter();
    LogWriter(const LogWriter&) = delete;
    LogWriter& operator=(const LogWriter&) = delete;

    /// Calls `make` once for each format that a sink takes.
    void push(Level level, const MakeLine& make);

    /// Releases the lines held back from sinks that share the screen with the start-up greeting.
    void release();

    /// Makes every sink that writes to a named file reopen it.
    void reopen();

    /// Waits until every sink has written all lines so far, on stable storage if the sink has any.
    /// Returns false when that took longer than `within`.
    bool flush(std::chrono::milliseconds within);

    /// The most lines that any one sink has not written yet.
    [[nodiscard]] std::size_t waiting();

    /// How long the sink that has refused lines for longest has refused them; zero while all take
    /// them. Empty without a sink.
    [[nodiscard]] std::optional<std::chrono::milliseconds> failing_for();

    /// The number of lines that were dropped, for all sinks together.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(); }

private:
    struct Outlet {
        Outlet(std::unique_ptr<LineSink> given, std::size_t lines_max)
            : sink(std::move(given)),
              buffer(lines_max) {}

        std::unique_ptr<LineSink> sink;  // Used by the log thread only.
        LineBuffer buffer;               // Guarded by mutex_.
        Line pending_line;               // Taken by the log thread but not written yet. Guarded.
        bool down = false;               // Guarded.
        /// When the first attempt failed that no successful one has followed. Guarded.
        std::optional<std::chrono::steady_clock::time_point> failing_since{};
        bool unsynced = false;  // Guarded.
        bool held = false;      // Guarded.
        bool reopens = false;   // Guarded.
    };

    void run(const std::stop_token& stop);
    /// Returns false when there is nothing to do now.
    bool work();
    [[nodiscard]] Line next_line(Outlet& outlet);
    [[nodiscard]] bool all_written() const;
    [[nodiscard]] bool has_work() const;
    void release_held();

    std::vector<std::unique_ptr<Outlet>> outlets_;
    MakeDroppedLine report_dropped_;
    std::chrono::steady_clock::time_point held_until_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::size_t flushing_ = 0;  // Guarded.
    std::atomic<std::uint64_t> dropped_{0};
    std::jthread thread_;
};

}  // namespace botcore::observability
