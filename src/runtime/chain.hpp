#pragma once

/// The rules by which each journal record continues the one before it, shared by all code that
/// reads a whole journal.
/// @spec:NFR-RELIABILITY-003

#include "ports/store.hpp"

#include <cstdint>
#include <vector>

namespace botcore::runtime {

enum class ChainBreak : std::uint8_t {
    SequenceGap,           ///< A record is missing, duplicated or out of order.
    ContentHashMismatch,   ///< The bytes do not have the hash stored beside them.
    PreviousHashMismatch,  ///< The record does not contain the hash of its predecessor.
    EpochBack,             ///< The epoch goes back, or differs from the one stored beside it.
    TimeBack,              ///< The time goes back, or differs from the one stored beside it.
};

/// The rules that `record`, decoded from `entry`, violates as the successor of `last`, in the order
/// above; empty when it violates none.
[[nodiscard]] std::vector<ChainBreak> chain_breaks(const model::Head& last,
                                                   const ports::JournalEntry& entry,
                                                   const model::Record& record);

}  // namespace botcore::runtime
