#include "tests/bench/in_process_core.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace botcore::bench {

namespace {

constexpr model::Duration kTurn = model::Duration::milliseconds(5);
constexpr model::Duration kMarketEvery = model::Duration::milliseconds(100);
constexpr int kTurnsMax = 100'000;
/// The start time of the generated history: a Thursday in 2026.
constexpr std::int64_t kBeginMilliseconds = 1'767'225'600'000;

runtime::Options options_with(std::uint64_t seed) {
    runtime::Options options;
    options.software = "botcore_bench";
    options.instruments = model::builtin_instruments();
    options.next_incarnation = [seed] { return seed; };
    options.policy.risk = model::RiskLimits::none();
    return options;
}

}  // namespace

InProcessCore::InProcessCore(ports::Store& store, std::uint64_t seed, model::Duration away)
    : now_(model::Timestamp::from_milliseconds(kBeginMilliseconds)),
      exchange_([this] { return now_; }),
      random_(seed) {
    auto made = apps::make_market_source(config_, exchange_.market_sink(), [] {});
    CHECK(made.has_value());
    market_ = std::move(made).value();
    const auto head = store.reader().head();
    CHECK(head.has_value());
    term_ = head.value().epoch + 1;
    now_ = std::max(now_, head.value().time) + away;
    exchange_.begin_term(term_);
    runtime_ = std::make_unique<runtime::Runtime>(
        options_with(seed),
        runtime::Runtime::Ports{store, exchange_, market_->data(), *this, renderer_});
    CHECK(runtime_->start(model::Now(now_)) == runtime::Status::Running);
    market_->start(now_);
    market_polled_ = now_;
    for (const auto& [id, account] : runtime_->state().accounts)
        accounts_.push_back(id);
    while (!runtime_->reconciled())
        turn();
}

void InProcessCore::turn() {
    now_ = now_ + kTurn;
    if (now_ - market_polled_ > kMarketEvery) {
        (void)market_->poll(now_);
        market_polled_ = now_;
    }
    market_->set_now(now_);
    exchange_.deliver(*runtime_);
    (void)runtime_->step(model::Now(now_));
}

void InProcessCore::wait_for_answers() {
    for (int i = 0; answered_ < asked_; ++i) {
        CHECK(i < kTurnsMax);
        turn();
    }
}

model::Origin InProcessCore::next_origin() {
    return {.owner = model::Owner("operator"),
            .key = model::IdempotencyKey("bench-" + std::to_string(term_) + "-" +
                                         std::to_string(++asked_)),
            .request_hash = std::string(32, 'h')};
}

void InProcessCore::open_accounts(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        accounts_.emplace_back("bench-" + std::to_string(i));
        model::OpenAccount open{.origin = next_origin(),
                                .account = accounts_.back(),
                                .market = model::Market::Futures,
                                .quote = model::Asset("USDT"),
                                .deposit = model::Money::whole(100'000'000)};
        runtime_->submit({.body = std::move(open), .handle = asked_, .request_id = "bench"},
                         model::Now(now_));
    }
    wait_for_answers();
}

void InProcessCore::trade(std::size_t orders) {
    // The market supplies again what the previous orders took.
    now_ = now_ + kMarketEvery;
    for (std::size_t i = 0; i < orders; ++i) {
        model::PlaceOrder place;
        place.origin = next_origin();
        place.account = accounts_[asked_ % accounts_.size()];
        place.instrument = {model::Market::Futures, model::Symbol("BTCUSDT")};
        place.side = random_.chance(1, 2) ? model::Side::Buy : model::Side::Sell;
        place.quantity = model::parse_amount<model::Quantity>("0.002").value();
        runtime_->submit({.body = std::move(place), .handle = asked_, .request_id = "bench"},
                         model::Now(now_));
    }
    wait_for_answers();
}

void InProcessCore::on_reply(runtime::RequestHandle /*handle*/, runtime::ApiReply reply) {
    ++answered_;
    if (reply.status == 200) return;
    ++failures_;
    if (trouble_.empty()) trouble_ = reply.body;
}

}  // namespace botcore::bench
