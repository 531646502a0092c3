#pragma once

/// Names of the entities of the domain: owners, accounts, assets, instruments, orders.

#include "base/field_version.hpp"
#include "base/name.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::model {

/// A person or a program that owns accounts.
using Owner = base::Name<struct OwnerTag>;
/// One account, for example "futures": lower-case letters, digits and dashes, 1 to 32 characters.
using AccountId = base::Name<struct AccountTag>;
/// A coin or currency, for example "USDT".
using Asset = base::Name<struct AssetTag>;
/// The name of an instrument within its market, for example "BTCUSDT".
using Symbol = base::Name<struct SymbolTag>;
/// The id of an order at the exchange; it identifies the same intent for ever (invariant I2).
using ClientOrderId = base::Name<struct ClientOrderTag>;
/// The caller's idempotency key, 1 to 255 visible ASCII characters.
using IdempotencyKey = base::Name<struct IdempotencyTag>;

/// The position of a record in a shard's journal; the first is 1, and 0 means none.
using Sequence = std::uint64_t;
/// A writer's term; each start and takeover begins a new one.
using Epoch = std::uint64_t;

/// The numbers are stored in the journal: never change them.
enum class Market : std::uint8_t {
    Spot = 1,
    Futures = 2,  ///< USD-margined perpetual futures.
};

/// The exchange whose rules and prices an instrument has. Built-in and generated instruments, and
/// all instruments of older records, are Binance's. The numbers are stored in the journal: never
/// change them.
enum class ExchangeId : std::uint8_t { Binance = 1 };

/// A symbol is unique within a market of an exchange: BTCUSDT on spot and on futures are two
/// instruments. To which exchange an order is sent is a property of its account.
struct InstrumentId {
    Market market = Market::Spot;
    Symbol symbol;
    // Since version 6 of the record.
    ExchangeId exchange = ExchangeId::Binance;

    friend auto operator<=>(const InstrumentId&, const InstrumentId&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("market", self.market);
        visit("symbol", self.symbol);
        if (base::has_fields_of(visit, 6)) visit("exchange", self.exchange);
    }
};

[[nodiscard]] std::string_view to_text(ExchangeId exchange);
[[nodiscard]] std::optional<ExchangeId> parse_exchange(std::string_view text);
[[nodiscard]] std::string_view to_text(Market market);
[[nodiscard]] std::optional<Market> parse_market(std::string_view text);

[[nodiscard]] bool is_valid_account(std::string_view text);
/// Could an exchange list a symbol or an asset of this name? 2 to 60 bytes of UTF-8; the ASCII
/// characters are upper-case letters, digits, '_', '-' and '.'. Binance lists BTCUSDT, dated
/// futures such as BTCUSDT_261225, and names in other scripts. Whether an instrument exists is
/// looked up in the list of instruments.
[[nodiscard]] bool is_valid_symbol(std::string_view text);
[[nodiscard]] bool is_valid_idempotency_key(std::string_view text);

}  // namespace botcore::model
