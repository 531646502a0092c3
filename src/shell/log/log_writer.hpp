#pragma once

/// The thread "log": takes finished lines from any thread and brings them to the sinks. Whoever
/// logs never waits for a sink.
///
/// G1  Each sink gets every line in order, except those that its buffer had no room for; then a
///     line says how many went.
/// G2  A sink that is down is tried again a few times a second; the others go on.
///
/// Queues: one a sink, `lines_max` lines (full: see LineBuffer).

#include "shell/log/line_buffer.hpp"
#include "shell/log/sinks.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace botcore::shell::log {

class LogWriter {
public:
    /// Makes the line that tells of lost lines.
    using TellDropped = std::function<Line(std::uint64_t dropped)>;

    LogWriter(std::vector<std::unique_ptr<LineSink>> sinks,
              std::size_t lines_max,
              TellDropped tell_dropped);
    /// Writes what the sinks take within two seconds, and forgets the rest.
    ~LogWriter();
    LogWriter(const LogWriter&) = delete;
    LogWriter& operator=(const LogWriter&) = delete;

    void push(Level level, Line line);

    /// Waits until every sink has all lines so far, on stable storage where it has one. False when
    /// that took longer than `within`.
    bool flush(std::chrono::milliseconds within);

    /// Lines that no sink or not every sink has yet.
    [[nodiscard]] std::size_t waiting();

    /// Lines that found no room, over all sinks.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(); }

private:
    struct Outlet {
        Outlet(std::unique_ptr<LineSink> given, std::size_t lines_max)
            : sink(std::move(given)),
              buffer(lines_max) {}

        std::unique_ptr<LineSink> sink;  // The log thread's alone.
        LineBuffer buffer;               // Guarded by mutex_.
        Line at_hand;                    // Taken by the log thread, not written yet. Guarded.
        bool down = false;               // Guarded.
        bool unsynced = false;           // Guarded.
    };

    void run(const std::stop_token& stop);
    /// False when there is nothing to do now.
    bool work();
    [[nodiscard]] Line next_line(Outlet& outlet);
    [[nodiscard]] bool all_written() const;

    std::vector<std::unique_ptr<Outlet>> outlets_;
    TellDropped tell_dropped_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::size_t flushing_ = 0;  // Guarded.
    std::atomic<std::uint64_t> dropped_{0};
    std::jthread thread_;
};

}  // namespace botcore::shell::log
