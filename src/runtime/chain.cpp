#include "runtime/chain.hpp"

#include "protocol/journal.hpp"

namespace botcore::runtime {

std::vector<ChainBreak> chain_breaks(const model::Head& last,
                                     const ports::JournalEntry& entry,
                                     const model::Record& record) {
    std::vector<ChainBreak> breaks;
    const auto need = [&](bool holds, ChainBreak otherwise) {
        if (!holds) breaks.push_back(otherwise);
    };
    need(entry.sequence == last.sequence + 1 && record.sequence == entry.sequence,
         ChainBreak::SequenceGap);
    need(protocol::hash_of(entry.bytes) == entry.hash, ChainBreak::ContentHashMismatch);
    need(record.prior_hash == last.hash, ChainBreak::PreviousHashMismatch);
    need(record.epoch >= last.epoch && record.epoch == entry.epoch, ChainBreak::EpochBack);
    need(record.input.time >= last.time && record.input.time == entry.time, ChainBreak::TimeBack);
    return breaks;
}

}  // namespace botcore::runtime
