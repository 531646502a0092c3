#include "sim/world/clients.hpp"

#include "protocol/binary_codec.hpp"
#include "protocol/journal.hpp"
#include "sim/world/coverage_marks.hpp"

#include <algorithm>
#include <array>

namespace botcore::sim {

using model::Duration;
using model::Quantity;

const model::Owner Clients::kAlice("alice");
const model::AccountId Clients::kAliceSpot("alice-spot");
const model::AccountId Clients::kAliceFutures("alice-futures");

namespace {

constexpr std::uint32_t kAskedMax = 5;

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

model::Account account_of(const char* owner, const char* id, model::Market market) {
    model::Account account;
    account.owner = model::Owner(owner);
    account.id = model::AccountId(id);
    account.market = market;
    account.quote = model::Asset("USDT");
    return account;
}

/// Sets the caller's name, the key and the hash of the body in a request.
void sign(model::InputBody& body, const checkers::KeyName& key, std::string& hash) {
    std::string bytes;
    protocol::BinaryWriter(bytes).write(body);
    const model::Hash digest = protocol::hash_of(bytes);
    hash.assign(digest.begin(), digest.end());
    std::visit(
        [&](auto& request) {
            if constexpr (requires { request.origin; }) {
                request.origin = {key.first, key.second, hash};
            }
        },
        body);
}

}  // namespace

Clients::Clients(Context& context, SimStore& store, const SimMarket& market)
    : context_(context),
      store_(store),
      market_(market),
      random_(context.random.split()),
      accounts_{account_of("alice", "alice-spot", model::Market::Spot),
                account_of("alice", "alice-futures", model::Market::Futures),
                account_of("bob", "bob-spot", model::Market::Spot),
                account_of("bob", "bob-futures", model::Market::Futures)} {
}

void Clients::start() {
    for (const auto& account : accounts_) {
        model::OpenAccount open{.origin = {},
                                .account = account.id,
                                .market = account.market,
                                .quote = account.quote,
                                .deposit = model::Money::whole(5'000'000)};
        open.origin.owner = account.owner;
        (void)call(open, "open-" + account.id.text());
    }
    for (std::size_t i = 0; i < context_.plan.clients; ++i)
        act_later();
}

void Clients::act_later() {
    const auto pause = Duration::microseconds(random_.between(20'000, 2'000'000));
    context_.queue.after(pause, [this] {
        if (!trading_) return;
        take_action();
        act_later();
    });
}

void Clients::take_action() {
    model::InputBody body = choose();
    // `StartEpoch` stands for "no suitable command at the moment".
    if (std::holds_alternative<model::StartEpoch>(body)) return;
    const std::size_t number = call(body);
    if (context_.faults.strikes(Fault::SameKeyParallel)) {
        REACHED("client: same key in parallel");
        for (std::uint64_t i = random_.below(4) + 1; i > 0; --i)
            send(number);
    }
    auto* place = std::get_if<model::PlaceOrder>(&body);
    if (place != nullptr && context_.faults.strikes(Fault::SameKeyOtherBody)) {
        REACHED("client: same key, other body");
        place->quantity += place->quantity;
        (void)call(body, calls_[number].key.second.text());
    }
}

std::size_t Clients::call(model::InputBody body) {
    return call(std::move(body), "key-" + std::to_string(calls_.size()));
}

std::size_t Clients::call(model::InputBody body, const std::string& key) {
    Call made;
    const auto* origin = model::origin_of(body);
    CHECK(origin != nullptr);
    made.key = {origin->owner, model::IdempotencyKey(key)};
    if (std::holds_alternative<model::PlaceOrder>(body)) ++placements_;
    sign(body, made.key, made.hash);
    made.body = std::move(body);
    calls_.push_back(std::move(made));
    send(calls_.size() - 1);
    ask_again_later(calls_.size() - 1);
    return calls_.size() - 1;
}

void Clients::ask_again_later(std::size_t number) {
    const auto patience = Duration::microseconds(random_.between(300'000, 9'000'000));
    context_.queue.after(patience, [this, number] {
        if (calls_[number].done) return;
        REACHED("client: request repeated");
        send(number);
        ask_again_later(number);
    });
}

void Clients::send(std::size_t number) {
    Call& call = calls_[number];
    ++call.asked;
    const runtime::RequestHandle handle = ++last_handle_;
    tickets_[handle] = number;
    const auto transit = Duration::microseconds(random_.between(50, 3'000));
    context_.queue.after(transit, [this, number, handle] {
        const Call& asked = calls_[number];
        context_.note("request " + std::string(kind_of(asked.body)) + " " +
                      asked.key.second.text());
        (void)submit_({asked.body, handle, "r" + std::to_string(handle)});
    });
}

void Clients::on_reply(runtime::RequestHandle handle, const runtime::ApiReply& reply) {
    const auto place = tickets_.find(handle);
    if (place == tickets_.end()) {
        context_.checker.add("I8", "a request handle got two replies, or was never issued");
        return;
    }
    Call& call = calls_[place->second];
    tickets_.erase(place);
    call.replies.push_back(reply);
    const bool unknown = contains(reply.body, "\"OUTCOME_UNKNOWN\"");
    const bool down =
        contains(reply.body, "\"SERVICE_UNAVAILABLE\"") || contains(reply.body, "\"OVERLOADED\"");
    const bool under_way = reply.status == 202 || contains(reply.body, "\"REQUEST_IN_PROGRESS\"");
    const bool reused = contains(reply.body, "\"IDEMPOTENCY_KEY_REUSED\"");
    const bool expired = contains(reply.body, "\"IDEMPOTENCY_KEY_EXPIRED\"");
    if (expired) REACHED("reply: expired");
    if (unknown) REACHED("reply: outcome unknown");
    if (under_way) REACHED("reply: still in progress");
    if (reused) REACHED("reply: key reused");
    if (reply.replayed) REACHED("reply: replayed");
    const auto* row = store_.key_row(call.key);
    // A temporary refusal leaves no record: the caller may reuse the key, or give up.
    const bool refusal = (reply.status == 503 || reply.status == 429) && !unknown && !down &&
                         !contains(reply.body, "\"NOT_SENT\"");
    if (refusal) check_refusal(call);
    const bool verdict = !unknown && !down && !under_way && !reused && !refusal && !expired;
    context_.note("reply " + call.key.second.text() + " " + std::to_string(reply.status));
    context_.checker.on_reply({.key = call.key,
                               .request_hash = call.hash,
                               .status = reply.status,
                               .body = reply.body,
                               .verdict = verdict,
                               .mismatch = reused,
                               .pending = under_way,
                               .expired = expired,
                               .stored_body = row == nullptr ? std::string() : row->body});
    if (verdict || refusal) note_refusal(call, reply.body);
    // After a temporary refusal the caller repeats the request a few times and then gives up.
    if (verdict || reused || expired || (refusal && call.asked >= kAskedMax)) call.done = true;
}

/// A temporary refusal never applies to a cancel or an exit (I9).
void Clients::check_refusal(const Call& call) const {
    bool exit = std::holds_alternative<model::CancelOrder>(call.body) ||
                std::holds_alternative<model::ClosePosition>(call.body) ||
                std::holds_alternative<model::CancelAll>(call.body) ||
                std::holds_alternative<model::Flatten>(call.body);
    if (const auto* place = std::get_if<model::PlaceOrder>(&call.body)) {
        const bool spot_sale =
            place->instrument.market == model::Market::Spot && place->side == model::Side::Sell;
        exit = spot_sale || place->reduce_only == model::ReduceOnly::Yes;
    }
    if (exit) {
        context_.checker.add("I9",
                             "an entry check refused the exit under key " + call.key.second.text());
    }
}

void Clients::note_refusal(const Call& call, const std::string& body) const {
    if (contains(body, "\"PRICE_STALE\"")) REACHED("refused: stale price");
    if (contains(body, "\"PRICE_MISSING\"")) REACHED("refused: no price");
    if (contains(body, "\"CLOCK_UNCERTAIN\"")) REACHED("refused: clock");
    if (contains(body, "\"DISK_FULL\"")) REACHED("refused: storage reserve");
    if (contains(body, "\"ACCOUNT_UNRECONCILED\"")) REACHED("refused: not reconciled");
    if (contains(body, "\"STORE_BEHIND_ARCHIVE\"")) {
        REACHED("refused: store behind its archive");
    }
    if (contains(body, "\"ACCOUNT_FROZEN\"")) REACHED("refused: frozen");
    if (contains(body, "\"INSUFFICIENT_BALANCE\"")) REACHED("refused: balance");
    if (contains(body, "\"MAINTENANCE\"")) REACHED("refused: maintenance");
    if (contains(body, "\"TRADING_HALTED\"")) REACHED("refused: halted");
    if (contains(body, "\"MAX_POSITIONS_EXCEEDED\"")) REACHED("refused: too many positions");
    if (contains(body, "\"COOLDOWN_ACTIVE\"")) REACHED("refused: cool-down");
    if (contains(body, "\"DAILY_LOSS_LIMIT\"")) REACHED("refused: daily loss");
    if (contains(body, "\"DRAWDOWN_LIMIT\"")) REACHED("refused: drawdown");
    if (contains(body, "\"EXPOSURE_LIMIT\"")) REACHED("refused: exposure");
    if (contains(body, "\"ORDER_RATE_LIMIT\"")) REACHED("refused: order rate");
    if (contains(body, "\"error\"")) return;
    const bool reserve = store_.storage_state_seen() == model::StorageState::Reserve;
    if (std::holds_alternative<model::ClosePosition>(call.body)) {
        REACHED("position closed");
        if (reserve) REACHED("exit during reserve");
    }
    if (std::holds_alternative<model::TransferMoney>(call.body)) REACHED("money transferred");
    if (std::holds_alternative<model::ResetAccount>(call.body)) REACHED("account reset");
    if (std::holds_alternative<model::SetLeverage>(call.body)) REACHED("leverage set");
    if (std::holds_alternative<model::CancelAll>(call.body)) REACHED("all orders cancelled");
    if (std::holds_alternative<model::Flatten>(call.body)) REACHED("everything flattened");
    if (std::holds_alternative<model::SetMode>(call.body)) REACHED("operating mode set");
}

bool Clients::all_done() const {
    return std::all_of(calls_.begin(), calls_.end(), [](const Call& call) { return call.done; });
}

const model::Account& Clients::choose_account() {
    return accounts_[random_.below(kAccounts)];
}

model::InputBody Clients::choose() {
    const std::uint64_t dice = random_.below(100);
    if (dice < 60) return choose_place();
    if (dice < 82) return choose_cancel();
    if (dice < 86) return choose_sweep();
    return choose_money();
}

/// Returns `price`, moved by a random number of hundredths of a percent from `low` to `high` and
/// rounded to the tick.
model::Price Clients::around(model::Price price, std::int64_t low, std::int64_t high) {
    const auto units = price.units() + price.units() / 10'000 * random_.between(low, high);
    return rounded_down_to(model::Price::from_units(units), model::Price::from_units(10'000'000));
}

/// Turns the order into a stop or take-profit order.
void Clients::attach_condition(model::PlaceOrder& order, model::Price near) {
    const bool limit = order.type == model::OrderType::Limit;
    if (random_.chance(1, 2)) {
        order.type = limit ? model::OrderType::StopLimit : model::OrderType::StopMarket;
    } else {
        order.type = limit ? model::OrderType::TakeProfitLimit : model::OrderType::TakeProfitMarket;
    }
    order.stop_price = around(near, -15, 15);
}

/// Adds stops for the position that the order opens; some are so near that they trigger at once.
void Clients::attach_stops(model::PlaceOrder& order, model::Price near) {
    const bool buy = order.side == model::Side::Buy;
    const model::Price entry = order.price.value_or(order.stop_price.value_or(near));
    order.stop_loss = buy ? around(entry, -40, 0) : around(entry, 0, 40);
    if (random_.chance(1, 2))
        order.take_profit = buy ? around(entry, 0, 40) : around(entry, -40, 0);
    if (random_.chance(1, 2)) {
        order.trail_distance = model::Rate::from_units(random_.between(1, 10) * 10'000);
        order.trail_activation = order.trail_distance;
    }
}

model::InputBody Clients::choose_place() {
    const model::Account& account = choose_account();
    const bool btc = random_.chance(2, 3);
    model::PlaceOrder order;
    order.origin.owner = account.owner;
    order.account = account.id;
    order.instrument = {account.market, model::Symbol(btc ? "BTCUSDT" : "ETHUSDT")};
    order.side = random_.chance(1, 2) ? model::Side::Buy : model::Side::Sell;
    const auto lots = random_.between(2, 400);
    order.quantity = Quantity::from_units(lots * (btc ? 100'000 : 2'000'000));
    if (random_.chance(1, 50)) order.quantity = Quantity::whole(100'000);
    const auto quote = market_.quote(order.instrument, order.side, order.quantity);
    if (random_.chance(2, 3) && quote.bid.is_positive()) {
        order.type = model::OrderType::Limit;
        const auto spread = random_.between(-30, 30);
        const auto middle = quote.bid.units() + quote.bid.units() / 10'000 * spread;
        order.price =
            rounded_down_to(model::Price::from_units(middle), model::Price::from_units(10'000'000));
        if (random_.chance(1, 40)) order.price = model::Price::from_units(middle + 1);
        const std::uint64_t force = random_.below(10);
        if (force == 0) order.time_in_force = model::TimeInForce::ImmediateOrCancel;
        if (force == 1) order.time_in_force = model::TimeInForce::FillOrKill;
        if (force == 2) order.time_in_force = model::TimeInForce::PostOnly;
    }
    if (random_.chance(1, 6) && quote.bid.is_positive()) attach_condition(order, quote.bid);
    if (account.market == model::Market::Futures && random_.chance(1, 6)) {
        order.reduce_only = model::ReduceOnly::Yes;
    } else if (account.market == model::Market::Futures && random_.chance(1, 2)) {
        if (quote.bid.is_positive()) attach_stops(order, quote.bid);
    }
    return order;
}

/// Chooses a close that may wait for the end of a maintenance window.
model::InputBody Clients::choose_close() {
    const model::Account& account = accounts_[random_.chance(1, 2) ? 1 : 3];
    model::ClosePosition close;
    close.origin.owner = account.owner;
    close.account = account.id;
    close.instrument = {model::Market::Futures,
                        model::Symbol(random_.chance(1, 2) ? "BTCUSDT" : "ETHUSDT")};
    const auto quote = market_.quote(close.instrument, model::Side::Sell, {});
    if (random_.chance(1, 2) && quote.bid.is_positive()) {
        close.queue_limit = around(quote.bid, -20, 20);
        close.queue_until =
            context_.now() + Duration::microseconds(random_.between(2'000'000, 40'000'000));
    }
    return close;
}

/// Chooses a command that affects many orders or all accounts at once.
model::InputBody Clients::choose_sweep() {
    const std::uint64_t dice = random_.below(10);
    const model::Account& account = choose_account();
    if (dice < 3) {
        model::CancelAll sweep;
        sweep.origin.owner = account.owner;
        sweep.account = account.id;
        if (random_.chance(1, 2)) sweep.symbol = model::Symbol("BTCUSDT");
        sweep.protective = random_.chance(1, 3);
        return sweep;
    }
    if (dice < 5) {
        model::Flatten flatten;
        flatten.origin.owner = account.owner;
        flatten.account = account.id;
        return flatten;
    }
    constexpr std::array kModes = {model::OperatingMode::Draining,
                                   model::OperatingMode::Maintenance,
                                   model::OperatingMode::Maintenance,
                                   model::OperatingMode::Ramping,
                                   model::OperatingMode::Halted};
    model::SetMode set;
    set.origin.owner = model::Owner("operator");
    set.mode =
        random_.chance(1, 2) ? model::OperatingMode::Normal : kModes[random_.below(kModes.size())];
    set.until = context_.now() + Duration::microseconds(random_.between(1, 15'000'000));
    set.text = "by hand";
    return set;
}

model::InputBody Clients::choose_cancel() {
    const auto live = store_.live_orders();
    if (live.empty() || random_.chance(1, 6)) return choose_close();
    const model::Order& order = live[random_.below(live.size())];
    model::CancelOrder cancel;
    cancel.origin.owner = order.owner;
    cancel.account = order.account;
    cancel.order = order.id;
    if (random_.chance(1, 8)) cancel.version = order.version;
    return cancel;
}

model::InputBody Clients::choose_money() {
    const bool alice = random_.chance(1, 2);
    const model::Account& spot = accounts_[alice ? 0 : 2];
    const model::Account& futures = accounts_[alice ? 1 : 3];
    const std::uint64_t dice = random_.below(10);
    if (dice < 6) {
        model::SetLeverage set;
        set.origin.owner = futures.owner;
        set.account = futures.id;
        set.instrument = {model::Market::Futures, model::Symbol("ETHUSDT")};
        set.leverage = model::Rate::whole(random_.between(1, 60));
        return set;
    }
    // An exchange with its own books does not see our transfers and resets.
    if (context_.plan.mode == VenueMode::Exchange) return model::StartEpoch{};
    if (dice < 9) {
        const bool out = random_.chance(1, 2);
        model::TransferMoney move;
        move.origin.owner = spot.owner;
        move.from = out ? spot.id : futures.id;
        move.to = out ? futures.id : spot.id;
        move.asset = model::Asset("USDT");
        move.amount = model::Money::whole(random_.between(1, 5'000));
        return move;
    }
    model::ResetAccount reset;
    reset.origin.owner = spot.owner;
    reset.account = random_.chance(1, 2) ? spot.id : futures.id;
    return reset;
}

}  // namespace botcore::sim
