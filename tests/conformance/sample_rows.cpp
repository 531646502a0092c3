#include "tests/conformance/sample_rows.hpp"

#include <limits>

namespace botcore::conformance {

using namespace model;
using namespace std::string_literals;

namespace {

constexpr auto kMax = static_cast<base::Int128>((static_cast<base::Uint128>(1) << 127U) - 1);

Price price(std::int64_t units) {
    return Price::from_units(units);
}

Quantity quantity(std::int64_t units) {
    return Quantity::from_units(units);
}

Timestamp at(std::int64_t microseconds) {
    return Timestamp::from_microseconds(microseconds);
}

constexpr std::int64_t kStart = 1'700'000'000'123'456;

}  // namespace

Money money_max() {
    return Money::from_units(kMax);
}

Money money_min() {
    return Money::from_units(-kMax - 1);
}

InstrumentId futures(std::string_view symbol) {
    return {Market::Futures, Symbol(symbol)};
}

Account sample_account(std::string_view id, std::string_view owner) {
    Account account;
    account.id = AccountId(id);
    account.owner = Owner(owner);
    account.state = AccountState::Frozen;
    account.frozen_reason = FreezeReason::LateFact;
    account.quote = Asset("USDT");
    account.initial_deposit = money_max();
    account.created = at(-1);
    account.version = 3;
    return account;
}

Instrument sample_instrument(std::string_view symbol) {
    Instrument instrument;
    instrument.id = futures(symbol);
    instrument.base = Asset("BTC");
    instrument.quote = Asset("USDT");
    instrument.status = InstrumentStatus::CancelOnly;
    instrument.price_filter = {price(1), price(450'000'000'000'000), price(10)};
    instrument.lot_filter = {quantity(1), quantity(9'000'000'000), quantity(100'000)};
    instrument.market_lot_filter = {quantity(2), quantity(3), quantity(0)};
    instrument.notional_min = Money::whole(5);
    instrument.notional_max = money_max();
    instrument.price_percent_up = Rate::from_units(105'000'000);
    instrument.price_percent_down = Rate::from_units(95'000'000);
    instrument.open_orders_max = std::numeric_limits<std::uint32_t>::max();
    instrument.fee_maker = Rate::from_units(-1'000);
    instrument.fee_taker = Rate::from_units(40'000);
    instrument.brackets = {{Money{}, Money::whole(50'000), Rate::whole(125), Rate{}, Money{}},
                           {Money::whole(50'000),
                            money_max(),
                            Rate::whole(100),
                            Rate::from_units(500'000),
                            money_min()}};
    return instrument;
}

Balance sample_balance(std::string_view account, std::string_view asset) {
    Balance balance;
    balance.account = AccountId(account);
    balance.asset = Asset(asset);
    balance.of(Book::Cash) = money_max();
    balance.of(Book::Reserved) = Money::from_units(1);
    balance.of(Book::Margin) = Money::from_units(-1);
    balance.of(Book::Fees) = money_min();
    balance.of(Book::External) = Money::whole(-1'000'000);
    balance.of(Book::Rounding) = Money::from_units(-100'000'000);
    balance.version = 9;
    return balance;
}

Position sample_position(std::string_view account, std::string_view symbol) {
    Position position;
    position.account = AccountId(account);
    position.instrument = futures(symbol);
    position.quantity = Quantity::from_units(-kMax);
    position.cost = money_min();
    position.margin = Money::from_units(123'456'789);
    position.leverage = Rate::whole(20);
    position.realized_profit = Money::from_units(-5);
    position.opened = at(kStart);
    position.updated = at(kStart + 7);
    position.version = 12;
    return position;
}

ports::KeyRow sample_key(std::string_view owner, std::string_view key) {
    ports::KeyRow row;
    row.entry.owner = Owner(owner);
    row.entry.key = IdempotencyKey(key);
    row.entry.request_hash = "\0\x01\xFF\x7F"s;
    row.entry.request_hash.resize(32, '\x80');
    row.entry.state = KeyState::Done;
    row.entry.status = std::numeric_limits<std::uint16_t>::max();
    row.entry.order = ClientOrderId("BC-1");
    row.entry.sequence = 77;
    row.body = "{\"text\":\"gr\xC3\xBC\xC3\x9F\",\"zero\":\"\0\"}"s;
    return row;
}

Order sample_order(const OrderSpec& spec) {
    Order order;
    order.id = ClientOrderId("BC-" + std::to_string(spec.number));
    order.number = spec.number;
    order.owner = Owner("alice");
    order.account = AccountId(spec.account);
    order.instrument = futures(spec.symbol);
    order.side = Side::Sell;
    order.type = OrderType::Limit;
    order.time_in_force = TimeInForce::PostOnly;
    order.reduce_only = ReduceOnly::Yes;
    order.quantity = Quantity::from_units(kMax);
    order.price = price(6'183'763'000'000);
    order.key = IdempotencyKey("key-" + std::to_string(spec.number));
    order.cancel_key = IdempotencyKey("cancel");
    order.state = spec.state;
    order.cancel = CancelState::Unknown;
    order.attempt = {at(kStart), Duration::milliseconds(2'000), 1};
    order.cancel_attempt = {at(kStart + 1), Duration::microseconds(-1), 4'294'967'295U};
    order.filled = quantity(1);
    order.filled_notional = money_max();
    order.reserved_asset = Asset("USDT");
    order.reserved = Money::from_units(42);
    order.reserved_full = Money::whole(42);
    order.venue_order_id = "8389765999999999999";
    order.reason = OrderReason::StopTriggered;
    order.reason_text = "price '61,800' \xE2\x80\x94 zu hoch \xF0\x9F\x9A\xAB";
    order.created = at(kStart);
    order.updated = at(kStart + 99);
    order.sequence = spec.number / kOrdersPerInputMax;
    order.prior_sequence = 1;
    order.version = 5;
    return order;
}

Fill sample_fill(const FillSpec& spec) {
    Fill fill;
    fill.account = AccountId(spec.account);
    fill.instrument = futures(spec.symbol);
    fill.order_number = spec.order_number;
    fill.order_id = ClientOrderId("BC-" + std::to_string(spec.order_number));
    fill.side = Side::Buy;
    fill.trade.id = spec.trade_id;
    fill.trade.price = price(6'183'763'000'000);
    fill.trade.quantity = Quantity::from_units(kMax);
    fill.trade.fee = money_min();
    fill.trade.fee_asset = Asset("BNB");
    fill.trade.maker = true;
    fill.trade.time = at(kStart);
    fill.realized_profit = Money::from_units(-1);
    fill.sequence = spec.sequence;
    fill.index = spec.index;
    return fill;
}

ports::Batch sample_batch(const BatchSpec& spec) {
    ports::Batch batch;
    batch.expected = spec.head;
    batch.epoch = spec.epoch;
    for (std::size_t i = 1; i <= spec.count; ++i) {
        ports::JournalEntry entry;
        entry.sequence = spec.head.sequence + i;
        entry.epoch = spec.epoch;
        entry.time = at(kStart + static_cast<std::int64_t>(entry.sequence));
        for (std::size_t byte = 0; byte < 8; ++byte) {
            entry.hash.at(byte) = static_cast<std::uint8_t>(entry.sequence >> (8 * byte));
        }
        entry.hash.at(8) = static_cast<std::uint8_t>(spec.epoch);
        entry.hash.at(9) = spec.salt;
        entry.hash.at(31) = 0xFF;
        entry.bytes = std::string(spec.record_bytes, static_cast<char>(entry.sequence & 0xFFU));
        batch.entries.push_back(std::move(entry));
    }
    return batch;
}

ports::Batch opening_batch() {
    ports::Batch batch = sample_batch({});
    batch.accounts = {sample_account("main", "alice")};
    return batch;
}

}  // namespace botcore::conformance
