#pragma once

/// Market input on one core: how many recorded messages a second are parsed, stitched and applied
/// to a depth book, with the events that the loop would get.
///
/// The limit measured beside it is simdjson's bare `iterate` over the same messages, in the same
/// rounds: the indexing pass that no reader built on that library can avoid. A scan of the bytes
/// would be a limit too, but one so far away (no JSON is read by adding bytes) that the ratio would
/// say little; this one falls when the machine is busy, as our figure does.

#include <cstdint>
#include <string>
#include <vector>

namespace botcore::bench {

struct MarketFigures {
    std::size_t messages = 0;
    std::uint64_t refused = 0;
    std::uint64_t gaps = 0;
    std::uint64_t events = 0;
    std::vector<double> per_second;        ///< One for each round.
    std::vector<double> limit_per_second;  ///< Of the same rounds.
};

/// Throws `shell::RecordingError` when a recording cannot be read.
[[nodiscard]] MarketFigures measure_market(const std::vector<std::string>& files, int rounds);

}  // namespace botcore::bench
