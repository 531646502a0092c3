#include "observability/log_writer.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <utility>

namespace botcore::observability {

namespace {

constexpr std::chrono::milliseconds kRetryAfter(100);
constexpr std::chrono::seconds kFlushTimeout(2);

/// Blocks SIGPIPE, because writing to a pipe without a reader must not end the process.
void block_broken_pipes() {
    sigset_t set;
    (void)::sigemptyset(&set);
    (void)::sigaddset(&set, SIGPIPE);
    (void)::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

LogWriter::LogWriter(std::vector<std::unique_ptr<LineSink>> sinks,
                     std::size_t lines_max,
                     MakeDroppedLine report_dropped,
                     std::chrono::milliseconds held_for)
    : report_dropped_(std::move(report_dropped)),
      held_until_(std::chrono::steady_clock::now() + held_for) {
    for (auto& sink : sinks) {
        outlets_.push_back(std::make_unique<Outlet>(std::move(sink), lines_max));
        auto& outlet = *outlets_.back();
        outlet.held = held_for.count() > 0 && outlet.sink->shares_screen();
    }
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

LogWriter::~LogWriter() {
    (void)flush(kFlushTimeout);
    thread_.request_stop();
    thread_.join();
}

void LogWriter::push(Level level, const MakeLine& make) {
    std::array<Line, kFormats> lines;
    const auto line_of = [&lines](const Outlet& outlet) -> Line& {
        return lines.at(static_cast<std::size_t>(outlet.sink->format()));
    };
    for (const auto& outlet : outlets_) {
        if (line_of(*outlet) == nullptr) line_of(*outlet) = make(outlet->sink->format());
    }
    {
        const std::lock_guard lock(mutex_);
        for (auto& outlet : outlets_)
            outlet->buffer.push(level, line_of(*outlet));
        if (level >= Level::Error) release_held();
    }
    changed_.notify_all();
}

/// Requires the lock.
void LogWriter::release_held() {
    for (auto& outlet : outlets_)
        outlet->held = false;
}

void LogWriter::release() {
    {
        const std::lock_guard lock(mutex_);
        release_held();
    }
    changed_.notify_all();
}

void LogWriter::reopen() {
    {
        const std::lock_guard lock(mutex_);
        for (auto& outlet : outlets_)
            outlet->reopens = true;
    }
    changed_.notify_all();
}

bool LogWriter::all_written() const {
    return std::all_of(outlets_.begin(), outlets_.end(), [](const auto& outlet) {
        return outlet->buffer.size() == 0 && outlet->pending_line == nullptr && !outlet->unsynced;
    });
}

bool LogWriter::flush(std::chrono::milliseconds within) {
    std::unique_lock lock(mutex_);
    ++flushing_;
    release_held();
    changed_.notify_all();
    const bool done = changed_.wait_for(lock, within, [this] { return all_written(); });
    --flushing_;
    return done;
}

std::size_t LogWriter::waiting() {
    const std::lock_guard lock(mutex_);
    std::size_t most = 0;
    for (const auto& outlet : outlets_) {
        most = std::max(most, outlet->buffer.size() + (outlet->pending_line ? 1U : 0U));
    }
    return most;
}

std::optional<std::chrono::milliseconds> LogWriter::failing_for() {
    if (outlets_.empty()) return std::nullopt;
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    std::chrono::milliseconds longest(0);
    for (const auto& outlet : outlets_) {
        if (!outlet->failing_since) continue;
        const auto failing = now - *outlet->failing_since;
        longest = std::max(longest, std::chrono::duration_cast<std::chrono::milliseconds>(failing));
    }
    return longest;
}

/// Requires the lock.
bool LogWriter::has_work() const {
    return std::any_of(outlets_.begin(), outlets_.end(), [this](const auto& outlet) {
        const bool lines = outlet->buffer.size() > 0 || outlet->pending_line != nullptr;
        const bool waits = outlet->down || outlet->held;
        return outlet->reopens || (!waits && (lines || (outlet->unsynced && flushing_ > 0)));
    });
}

void LogWriter::run(const std::stop_token& stop) {
    block_broken_pipes();
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(mutex_);
            (void)changed_.wait_for(lock, stop, kRetryAfter, [this] { return has_work(); });
            if (std::chrono::steady_clock::now() >= held_until_) release_held();
            for (auto& outlet : outlets_)
                outlet->down = false;  // A sink that was down is tried again now.
        }
        while (!stop.stop_requested() && work()) {
        }
    }
}

/// The next line for the sink. The number of dropped lines is reported first. Requires the lock.
Line LogWriter::next_line(Outlet& outlet) {
    if (outlet.pending_line) return outlet.pending_line;
    if (const std::uint64_t lost = outlet.buffer.take_dropped(); lost > 0) {
        dropped_ += lost;
        outlet.pending_line = report_dropped_(outlet.sink->format(), lost);
    } else {
        outlet.pending_line = outlet.buffer.pop();
    }
    return outlet.pending_line;
}

bool LogWriter::work() {
    bool more = false;
    for (auto& outlet : outlets_) {
        Line line;
        bool sync = false;
        bool reopen = false;
        {
            const std::lock_guard lock(mutex_);
            reopen = std::exchange(outlet->reopens, false);
            const bool waits = outlet->held || outlet->down;
            if (!waits) line = next_line(*outlet);
            sync = !waits && line == nullptr && outlet->unsynced && flushing_ > 0;
        }
        if (reopen) outlet->sink->reopen();
        if (sync) outlet->sink->sync();
        const bool taken = line != nullptr && outlet->sink->write(*line) == Written::Yes;
        const std::lock_guard lock(mutex_);
        if (sync) outlet->unsynced = false;
        if (taken) {
            outlet->pending_line = nullptr;
            outlet->failing_since.reset();
            outlet->unsynced = true;
            more = true;
        } else if (line != nullptr) {
            outlet->down = true;
            if (!outlet->failing_since) outlet->failing_since = std::chrono::steady_clock::now();
        }
        if (sync || taken) changed_.notify_all();
    }
    return more;
}

}  // namespace botcore::observability
