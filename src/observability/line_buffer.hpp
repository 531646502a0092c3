#pragma once

/// A bounded buffer of log lines for one sink, in order. When the buffer is full, the oldest line
/// below Warn is dropped or, if there is none, the oldest of all lines. The number of dropped lines
/// is reported.
///
/// Threads: guarded by the caller's lock.

#include "observability/level.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

namespace botcore::observability {

/// A finished line with its line end, shared by all sinks.
using Line = std::shared_ptr<const std::string>;

class LineBuffer {
public:
    explicit LineBuffer(std::size_t lines_max);

    void push(Level level, Line line);
    /// The oldest line; null if there is none.
    [[nodiscard]] Line pop();

    [[nodiscard]] std::size_t size() const { return light_.size() + heavy_.size(); }

    /// The number of lines dropped since the last call.
    [[nodiscard]] std::uint64_t take_dropped();

private:
    struct Numbered {
        std::uint64_t number = 0;
        Line line;
    };

    std::size_t lines_max_;
    std::uint64_t count_ = 0;
    std::uint64_t dropped_ = 0;
    std::deque<Numbered> light_;  ///< The lines below Warn.
    std::deque<Numbered> heavy_;
};

}  // namespace botcore::observability
