#include "tests/crash/order_mix.hpp"

#include "tests/crash/api_calls.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace botcore::crash {

namespace {

constexpr std::size_t kRestingMax = 30;
constexpr std::string_view kDeposit = "10000000";

struct Size {
    std::string_view symbol;
    std::string_view spot;
    std::string_view futures;
    std::int64_t spot_tick_cents;
    std::int64_t futures_tick_cents;
};

/// Slightly above the smallest order of each instrument.
constexpr std::array<Size, 4> kSizes = {{{"BTCUSDT", "0.0002", "0.002", 1, 10},
                                         {"ETHUSDT", "0.004", "0.014", 1, 1},
                                         {"BNBUSDT", "0.02", "0.02", 10, 1},
                                         {"SOLUSDT", "0.1", "1", 1, 1}}};

Traded traded_of(const std::string& symbol, MarketKind market) {
    const auto* size = std::ranges::find(kSizes, symbol, &Size::symbol);
    CHECK(size != kSizes.end());
    const bool spot = market == MarketKind::Spot;
    return {.symbol = symbol,
            .quantity = std::string(spot ? size->spot : size->futures),
            .tick_cents = spot ? size->spot_tick_cents : size->futures_tick_cents};
}

std::string_view name_of(MarketKind market) {
    return market == MarketKind::Spot ? "spot" : "futures";
}

/// A decimal text in hundredths, further digits truncated.
std::int64_t cents_of(std::string_view text) {
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (error != std::errc()) return 0;
    std::int64_t cents = whole * 100;
    std::int64_t weight = 10;
    const char* const last = text.data() + text.size();
    if (end == last || *end != '.') return cents;
    for (const char* digit = end + 1; digit != last && weight > 0; ++digit) {
        cents += weight * (*digit - '0');
        weight /= 10;
    }
    return cents;
}

std::string text_of_cents(std::int64_t cents) {
    const std::string rest = std::to_string(cents % 100);
    return std::to_string(cents / 100) + (rest.size() == 1 ? ".0" : ".") + rest;
}

std::string text_field(std::string_view name, std::string_view value) {
    std::string field = "\"";
    field.append(name).append("\":\"").append(value).append("\"");
    return field;
}

}  // namespace

std::vector<MixAccount> mix_accounts(const MixOptions& options) {
    std::vector<MixAccount> accounts;
    for (std::size_t i = 0; i < options.accounts; ++i) {
        const auto market = i % 2 == 0 ? MarketKind::Futures : MarketKind::Spot;
        MixAccount account{.name = "load-" + std::string(name_of(market)) + "-" + std::to_string(i),
                           .market = market,
                           .traded = {},
                           .resting = {}};
        const auto& symbols =
            market == MarketKind::Spot ? options.symbols : options.futures_symbols;
        for (const std::string& symbol : symbols)
            account.traded.push_back(traded_of(symbol, market));
        accounts.push_back(std::move(account));
    }
    return accounts;
}

OrderMix::OrderMix(MixOptions options, TradeLog& log)
    : options_(std::move(options)),
      log_(log),
      random_(options_.seed + log.size()),
      accounts_(mix_accounts(options_)) {
}

void OrderMix::repeat(const std::vector<TradeLog::Id>& ids) {
    again_.insert(again_.end(), ids.begin(), ids.end());
}

OrderMix::Id OrderMix::next(std::string& out) {
    if (paused_) return kNone;
    Id id = kNone;
    if (!again_.empty()) {
        id = again_.front();
        again_.pop_front();
    } else if (!only_again_ && log_.size() < calls_max_) {
        MixAccount& account = accounts_[random_.below(accounts_.size())];
        id = log_.begin(make_call(account), account.name);
    } else {
        return kNone;
    }
    append_request(out, log_.record(id).call, token_);
    return id;
}

std::string OrderMix::new_key() {
    return "mix-" + std::to_string(options_.seed) + "-" + std::to_string(log_.size());
}

Call OrderMix::make_call(MixAccount& account) {
    const std::string key = new_key();
    if (options_.kind == MixKind::Everything) {
        const std::uint64_t choice = random_.below(100);
        const bool many = account.resting.size() > kRestingMax;
        if (!account.resting.empty() && (many || choice < 8)) {
            const std::string order = account.resting.front();
            account.resting.pop_front();
            return cancel_order(account.name, order, key);
        }
        if (account.market == MarketKind::Futures && choice == 99) {
            const Traded& traded = account.traded[random_.below(account.traded.size())];
            return close_position(account.name, traded.symbol, key);
        }
    }
    return make_order(account, key);
}

Call OrderMix::make_order(MixAccount& account, const std::string& key) {
    const Traded& traded = account.traded[random_.below(account.traded.size())];
    // A spot account sells only what it has bought, so it buys slightly more often.
    const bool buy = random_.chance(account.market == MarketKind::Spot ? 55 : 50, 100);
    const bool limit =
        options_.kind == MixKind::Everything && traded.price_cents > 0 && random_.chance(50, 100);
    std::string body = "{" + text_field("symbol", traded.symbol) + "," +
                       text_field("side", buy ? "BUY" : "SELL") + "," +
                       text_field("quantity", traded.quantity) + ",";
    body += limit ? limit_fields(traded, buy) : text_field("type", "MARKET");
    return place_order(account.name, body + "}", key);
}

/// A price near the best bid and ask, on either side, or one far enough away to rest.
std::string OrderMix::limit_fields(const Traded& traded, bool buy) {
    constexpr std::array<std::string_view, 8> kTimesInForce = {
        "GTC", "GTC", "GTC", "IOC", "IOC", "FOK", "GTX", "GTX"};
    const std::int64_t steps =
        random_.chance(1, 4) ? -random_.between(20, 200) : random_.between(-8, 8);
    const std::int64_t away = traded.price_cents / 10'000 * (buy ? steps : -steps);
    const std::int64_t raw = traded.price_cents + away;
    const std::int64_t price = raw - raw % traded.tick_cents;
    return text_field("type", "LIMIT") + "," + text_field("price", text_of_cents(price)) + "," +
           text_field("time_in_force", kTimesInForce.at(random_.below(kTimesInForce.size())));
}

void OrderMix::on_response(Id id, const ReplyFields& answer, Clock::duration latency) {
    ++statuses_[answer.status];
    if (keep_latencies_) {
        latencies_.push_back(std::chrono::duration<double, std::micro>(latency).count());
    }
    const bool first = log_.record(id).state != CallState::Answered;
    if (!log_.answer(id, answer)) {
        contradictions_.push_back("key " + log_.record(id).call.key + ": first status " +
                                  std::to_string(log_.record(id).status) + ", now " +
                                  std::to_string(answer.status) + ' ' +
                                  std::string(answer.body.substr(0, 600)));
    } else if (first) {
        learn(log_.record(id), answer);
    }
}

void OrderMix::learn(const CallRecord& record, const ReplyFields& answer) {
    if (answer.status != 200) return;
    if (record.call.method == "POST") ++orders_done_;
    const auto place = std::ranges::find(accounts_, record.account, &MixAccount::name);
    if (place == accounts_.end()) return;
    if (record.order_status == "NEW" || record.order_status == "PARTIALLY_FILLED") {
        place->resting.push_back(record.order);
    }
    const std::int64_t price = cents_of(field_of(answer.body, "executed_price"));
    if (price <= 0) return;
    const auto symbol = field_of(answer.body, "symbol");
    for (Traded& traded : place->traded) {
        if (traded.symbol == symbol) traded.price_cents = price;
    }
}

void OrderMix::on_lost(Id id) {
    log_.lose(id);
}

base::Outcome<std::string> open_accounts(const std::vector<MixAccount>& accounts,
                                         std::uint16_t port,
                                         const std::string& token) {
    for (const MixAccount& account : accounts) {
        const Call call =
            open_account(account.name, std::string(name_of(account.market)), std::string(kDeposit));
        const auto answer = ask(port, call, token);
        if (!answer || answer->status != 200) {
            return base::Failure{"cannot open the account " + account.name + ": " +
                                 (answer ? answer->body : std::string("no reply"))};
        }
    }
    return base::Done{};
}

}  // namespace botcore::crash
