#pragma once

/// Market input on one core: how many recorded messages per second are parsed, stitched and applied
/// to a depth book, including the events that the loop would receive.
///
/// The limit measured beside it is simdjson's bare `iterate` over the same messages in the same
/// rounds: the indexing pass that every reader based on that library needs. A plain scan of the
/// bytes would be a limit too, but so far away (summing bytes parses no JSON) that the ratio would
/// mean little. This limit drops when the machine is busy, like our figure.

#include <cstdint>
#include <string>
#include <vector>

namespace botcore::bench {

struct MarketFigures {
    std::size_t messages = 0;
    std::uint64_t refused = 0;
    std::uint64_t gaps = 0;
    std::uint64_t events = 0;
    std::vector<double> per_second;        ///< One per round.
    std::vector<double> limit_per_second;  ///< From the same rounds.
};

/// Throws `market_recorded::RecordingError` when a recording cannot be read.
[[nodiscard]] MarketFigures measure_market(const std::vector<std::string>& files, int rounds);

}  // namespace botcore::bench
