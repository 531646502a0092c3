#pragma once

/// The id of an order at the exchange: a pure function of the journal and of the position of the
/// order's intent in the journal. It therefore identifies one intent for ever (invariant I2), and
/// an id can be recognized as ours, or as damaged, without a lookup.
///
/// The form has 34 characters: "BC1" incarnation(11) shard(2) sequence(11) index(2) check(5),
/// numbers in base 62 with leading zeros. The alphabet and the length match the pattern of the
/// exchange, ^[\.A-Z\:/a-z0-9_-]{1,36}$ (futures documentation, newClientOrderId). The ids are
/// stored: never change the form.

#include "model/names.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace botcore::core {

struct ClientOrderIdParts {
    std::uint64_t incarnation = 0;  ///< Random, committed at every start, takeover and restore.
    std::uint16_t shard = 0;
    model::Sequence sequence = 0;
    std::uint16_t index = 0;  ///< The index among the orders of one input.

    friend bool operator==(const ClientOrderIdParts&, const ClientOrderIdParts&) = default;
};

[[nodiscard]] model::ClientOrderId make_client_order_id(const ClientOrderIdParts& parts);

/// Returns nothing if the text is not a complete id of this system: then the order is EXTERNAL, or
/// the id is damaged.
[[nodiscard]] std::optional<ClientOrderIdParts> parse_client_order_id(std::string_view text);

}  // namespace botcore::core
