#pragma once

/// The result of applying one input: the outcome for the journal and the rows, and the effects that
/// the runtime must perform once the outcome is durable (invariant I6).

#include "core/state.hpp"
#include "model/exchange.hpp"
#include "model/reply.hpp"

#include <optional>
#include <variant>
#include <vector>

namespace botcore::core {

struct SendOrder {
    model::OrderInstruction instruction;
};

struct SendCancel {
    model::CancelInstruction instruction;
};

/// Query the order's state, not before `not_before` on the monotonic clock.
struct QueryOrder {
    model::AccountId account;
    model::InstrumentId instrument;
    model::ClientOrderId id;
    model::Timestamp not_before;
};

/// Compare everything the exchange knows of the account with our rows.
struct ReconcileAccount {
    model::AccountId account;
};

/// Compare again while trading continues, not before `not_before` on the monotonic clock.
struct CompareAccount {
    model::AccountId account;
    model::Timestamp not_before;
};

/// A command, and not a trade, changed the money or the leverage of the account.
struct AnnounceAccount {
    model::AccountId account;
};

struct AnnounceInstrument {
    model::InstrumentId instrument;
};

/// Send the reply to every caller that waits for this key; it is stored under the key.
struct ReplyToRequest {
    KeyId key;
    model::Reply reply;
};

using Effect = std::variant<SendOrder,
                            SendCancel,
                            QueryOrder,
                            ReconcileAccount,
                            CompareAccount,
                            AnnounceAccount,
                            AnnounceInstrument,
                            ReplyToRequest>;

enum class Verdict : std::uint8_t {
    Recorded,  ///< A record was made; commit it, then perform the effects.
    Nothing,   ///< The input contained nothing new; there is no record.
    /// Refused for a transient reason: nothing was done, and the same key may be used again.
    Refused,
    KeyPending,   ///< A request under this key is in progress: wait for its reply.
    KeyDone,      ///< The key has its reply: return it again.
    KeyMismatch,  ///< The key belongs to another request (I8).
};

struct Decision {
    Verdict verdict = Verdict::Nothing;
    model::Outcome outcome;
    std::vector<Effect> effects;
    std::optional<model::Refusal> refusal;  ///< With Verdict::Refused.
};

/// The rows that an input refers to and that are not in memory. The runtime fetches them before it
/// calls `apply`.
struct ReadSet {
    std::optional<model::KeyEntry> key;
    std::optional<LiveOrder> order;
};

}  // namespace botcore::core
