#pragma once

/// Rows and batches for tests of stores. The values are as extreme as the types allow, since a
/// store must return exactly what was written.

#include "ports/store.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace botcore::conformance {

/// 2^127 - 1 and its negative: a store must not be narrower than the type.
[[nodiscard]] model::Money money_max();
[[nodiscard]] model::Money money_min();

[[nodiscard]] model::InstrumentId futures(std::string_view symbol);

[[nodiscard]] model::Account sample_account(std::string_view id, std::string_view owner);
[[nodiscard]] model::Instrument sample_instrument(std::string_view symbol);
[[nodiscard]] model::Balance sample_balance(std::string_view account, std::string_view asset);
[[nodiscard]] model::Position sample_position(std::string_view account, std::string_view symbol);
[[nodiscard]] ports::KeyRow sample_key(std::string_view owner, std::string_view key);

/// The fields of an order or fill that a test cares about; the others get defaults.
struct OrderSpec {
    model::OrderNumber number = 0;
    std::string_view account = "main";
    std::string_view symbol = "BTCUSDT";
    model::OrderState state = model::OrderState::Open;
};

struct FillSpec {
    model::Sequence sequence = 0;
    std::uint32_t index = 0;
    std::uint64_t trade_id = 0;
    model::OrderNumber order_number = 0;
    std::string_view account = "main";
    std::string_view symbol = "BTCUSDT";
};

[[nodiscard]] model::Order sample_order(const OrderSpec& spec);
[[nodiscard]] model::Fill sample_fill(const FillSpec& spec);

/// A batch of `count` journal entries on top of `head`; `salt` makes the hashes differ.
struct BatchSpec {
    model::Head head;
    model::Epoch epoch = 1;
    std::size_t count = 1;
    std::uint8_t salt = 0;
    std::size_t record_bytes = 40;
};

[[nodiscard]] ports::Batch sample_batch(const BatchSpec& spec);

/// A batch that opens the account "main" of the owner "alice" on an empty journal.
[[nodiscard]] ports::Batch opening_batch();

}  // namespace botcore::conformance
