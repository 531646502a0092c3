#pragma once

/// A journal record: one input, its outcome, and the hash that chains it to the previous record.
/// Applying the outcomes of all records rebuilds the rows of every table.

#include "model/input.hpp"
#include "model/operating.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace botcore::model {

/// SHA-256. The predecessor of the first record has the all-zero hash.
using Hash = std::array<std::uint8_t, 32>;

/// The end of a shard's journal. A writer can append only if the head that it knows equals this
/// head (invariant I7).
struct Head {
    Sequence sequence = 0;
    Hash hash{};
    Epoch epoch = 0;
    Timestamp time;

    friend bool operator==(const Head&, const Head&) = default;
};

/// The numbers are stored in the journal: never change them.
enum class KeyState : std::uint8_t {
    Pending = 1,  ///< The outcome is not known yet.
    Done = 2,     ///< The reply is stored.
};

/// The state of an idempotency key. The reply's bytes are in the store, not in the record; they can
/// be rendered from the order image of the record.
struct KeyEntry {
    Owner owner;
    IdempotencyKey key;
    std::string request_hash;
    KeyState state = KeyState::Pending;
    /// The status with which the stored reply was rendered; 0 while pending. The core does not set
    /// it.
    std::uint16_t status = 0;
    ClientOrderId order;    ///< The order that was created or changed; empty if none.
    Sequence sequence = 0;  ///< The record that created this entry.

    friend bool operator==(const KeyEntry&, const KeyEntry&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("owner", self.owner);
        visit("key", self.key);
        visit("request_hash", self.request_hash);
        visit("state", self.state);
        visit("status", self.status);
        visit("order", self.order);
        visit("sequence", self.sequence);
    }
};

/// The new image of one row. The order of the alternatives is stored in the journal: only ever
/// append to it.
using Change = std::variant<Account,
                            Instrument,
                            Order,
                            Fill,
                            Position,
                            KeyEntry,
                            RiskState,
                            OperatingState,
                            MaintenanceWindow>;

struct Outcome {
    std::vector<Change> changes;
    std::vector<Posting> postings;

    friend bool operator==(const Outcome&, const Outcome&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("changes", self.changes);
        visit("postings", self.postings);
    }
};

struct Record {
    Sequence sequence = 0;
    Epoch epoch = 0;
    Hash prior_hash{};
    Input input;
    Outcome outcome;

    friend bool operator==(const Record&, const Record&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("sequence", self.sequence);
        visit("epoch", self.epoch);
        visit("prior_hash", self.prior_hash);
        visit("input", self.input);
        visit("outcome", self.outcome);
    }
};

[[nodiscard]] std::string_view to_text(KeyState state);

}  // namespace botcore::model
