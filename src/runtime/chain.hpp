#pragma once

/// The rules by which each journal record continues the one before it: one set for everyone who
/// reads a whole journal.

#include "ports/store.hpp"

#include <cstdint>
#include <vector>

namespace botcore::runtime {

enum class ChainBreak : std::uint8_t {
    SequenceGap,           ///< A record is missing, twice there, or out of its order.
    ContentHashMismatch,   ///< The bytes do not have the hash that is stored beside them.
    PreviousHashMismatch,  ///< It names another record before it.
    EpochBack,             ///< Its epoch is older, or not the one stored beside it.
    TimeBack,              ///< Its time is earlier, or not the one stored beside it.
};

/// What is wrong with `record`, read from `entry`, behind `last`; in the order above, empty when
/// nothing is.
[[nodiscard]] std::vector<ChainBreak> chain_breaks(const model::Head& last,
                                                   const ports::JournalEntry& entry,
                                                   const model::Record& record);

}  // namespace botcore::runtime
