#pragma once

/// The event log of a run. It is always hashed, so that two runs can be compared, and printed on
/// request.

#include "model/order.hpp"

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace botcore::sim {

class Trace {
public:
    explicit Trace(bool printed) : printed_(printed) {}

    void note(model::Timestamp time, std::string_view text) {
        std::string line = std::to_string(time.in_microseconds());
        line.push_back(' ');
        line.append(text);
        for (const char c : line) {  // FNV-1a
            hash_ ^= static_cast<std::uint8_t>(c);
            hash_ *= 1099511628211ULL;
        }
        if (printed_) std::fprintf(stderr, "%s\n", line.c_str());
    }

    [[nodiscard]] std::uint64_t hash() const { return hash_; }

private:
    bool printed_;
    std::uint64_t hash_ = 14695981039346656037ULL;
};

}  // namespace botcore::sim
