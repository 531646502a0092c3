#include "observability/line_buffer.hpp"

#include "base/check.hpp"

#include <utility>

namespace botcore::observability {

LineBuffer::LineBuffer(std::size_t lines_max) : lines_max_(lines_max) {
    CHECK(lines_max > 0);
}

void LineBuffer::push(Level level, Line line) {
    auto& place = level < Level::Warn ? light_ : heavy_;
    place.push_back({++count_, std::move(line)});
    if (size() <= lines_max_) return;
    ++dropped_;
    (light_.empty() ? heavy_ : light_).pop_front();
}

Line LineBuffer::pop() {
    if (size() == 0) return nullptr;
    const bool take_light =
        heavy_.empty() || (!light_.empty() && light_.front().number < heavy_.front().number);
    auto& place = take_light ? light_ : heavy_;
    Line line = std::move(place.front().line);
    place.pop_front();
    return line;
}

std::uint64_t LineBuffer::take_dropped() {
    return std::exchange(dropped_, 0);
}

}  // namespace botcore::observability
