#pragma once

/// What applying one input led to: the outcome for the journal and the rows, and what the runtime
/// must do once that is durable (invariant I6).

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

/// Ask what became of the order, not before `not_before` on the monotonic scale.
struct QueryOrder {
    model::AccountId account;
    model::InstrumentId instrument;
    model::ClientOrderId id;
    model::Timestamp not_before;
};

/// Compare everything the exchange knows of the account with what we know.
struct ReconcileAccount {
    model::AccountId account;
};

/// Compare again while trading goes on, not before `not_before` on the monotonic scale.
struct CompareAccount {
    model::AccountId account;
    model::Timestamp not_before;
};

/// Money or leverage of the account was changed by hand.
struct AnnounceAccount {
    model::AccountId account;
};

struct AnnounceInstrument {
    model::InstrumentId instrument;
};

/// Tell whoever waits for this key; the reply is stored under it.
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
    Recorded,     ///< A record was made; commit it, then perform the effects.
    Nothing,      ///< The input told us nothing new; there is no record.
    Refused,      ///< A gate is closed for now: nothing was done, the same key may ask again.
    KeyPending,   ///< A request under this key is under way: wait for its answer.
    KeyDone,      ///< The key has its reply: give that one again.
    KeyMismatch,  ///< The key belongs to another request (I8).
};

struct Decision {
    Verdict verdict = Verdict::Nothing;
    model::Outcome outcome;
    std::vector<Effect> effects;
    std::optional<model::Refusal> refusal;  ///< With Verdict::Refused.
};

/// Rows that an input names and memory does not hold, fetched by the runtime before apply.
struct ReadSet {
    std::optional<model::KeyEntry> key;
    std::optional<LiveOrder> order;
};

}  // namespace botcore::core
