#pragma once

/// A seeded stream of orders, cancels and closes over several accounts that can continue without
/// end: it learns prices and resting orders from the responses. Orders are small, so that no
/// account runs out of money.
///
/// The same seed and the same responses give the same calls.

#include "base/random.hpp"
#include "tests/crash/load_client.hpp"
#include "tests/crash/trade_log.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace botcore::crash {

enum class MarketKind : std::uint8_t { Spot, Futures };

/// What is traded, in the smallest units that the mix needs.
struct Traded {
    std::string symbol;
    std::string quantity;
    std::int64_t tick_cents = 1;   ///< Prices are multiples of this many hundredths.
    std::int64_t price_cents = 0;  ///< The last price seen; 0 before the first fill.
};

struct MixAccount {
    std::string name;
    MarketKind market = MarketKind::Futures;
    std::vector<Traded> traded;
    std::deque<std::string> resting;  ///< Orders that were open in the last response about them.
};

enum class MixKind : std::uint8_t {
    Everything,
    MarketOrders,  ///< Only orders that fill at once: for measurements.
};

struct MixOptions {
    std::uint64_t seed = 1;
    MixKind kind = MixKind::Everything;
    std::size_t accounts = 8;  ///< Every second one is a spot account.
    std::vector<std::string> symbols = {"BTCUSDT", "ETHUSDT"};
    std::vector<std::string> futures_symbols = {"BTCUSDT", "ETHUSDT"};
};

/// "load-futures-0", "load-spot-1", …: the accounts of a mix.
[[nodiscard]] std::vector<MixAccount> mix_accounts(const MixOptions& options);

class OrderMix final : public LoadSource {
public:
    /// The log outlives the mix.
    OrderMix(MixOptions options, TradeLog& log);

    void set_token(std::string token) { token_ = std::move(token); }

    /// The mix stops when the log holds this many calls; there is no limit by default.
    void set_calls_max(std::uint64_t calls) { calls_max_ = calls; }

    /// Repeats these calls with their own keys before any new call.
    void repeat(const std::vector<TradeLog::Id>& ids);

    /// True: only the calls passed to `repeat` are sent.
    void set_only_again(bool only) { only_again_ = only; }

    Id next(std::string& out) override;
    void on_response(Id id, const ReplyFields& answer, Clock::duration latency) override;
    void on_lost(Id id) override;

    [[nodiscard]] const std::vector<MixAccount>& accounts() const { return accounts_; }

    /// Responses that contradict an earlier response to the same key.
    [[nodiscard]] const std::vector<std::string>& contradictions() const { return contradictions_; }

    /// The latency of each response since `keep_latencies`, in microseconds.
    [[nodiscard]] std::vector<double>& latencies() { return latencies_; }

    void keep_latencies() { keep_latencies_ = true; }

    /// Orders with a 200 response since the start.
    [[nodiscard]] std::uint64_t orders_done() const { return orders_done_; }

    /// The number of responses by status.
    [[nodiscard]] const std::map<int, std::uint64_t>& statuses() const { return statuses_; }

    /// True: no further request is provided until this is called with false.
    void set_paused(bool paused) { paused_ = paused; }

private:
    [[nodiscard]] Call make_call(MixAccount& account);
    [[nodiscard]] Call make_order(MixAccount& account, const std::string& key);
    [[nodiscard]] std::string limit_fields(const Traded& traded, bool buy);
    [[nodiscard]] std::string new_key();
    void learn(const CallRecord& record, const ReplyFields& answer);

    MixOptions options_;
    TradeLog& log_;
    base::Random random_;
    std::string token_;
    std::vector<MixAccount> accounts_;
    std::deque<Id> again_;
    bool only_again_ = false;
    bool paused_ = false;
    std::uint64_t calls_max_ = ~std::uint64_t{0};
    std::vector<std::string> contradictions_;
    std::vector<double> latencies_;
    bool keep_latencies_ = false;
    std::uint64_t orders_done_ = 0;
    std::map<int, std::uint64_t> statuses_;
};

/// Opens the mix's accounts at the daemon unless they exist. The text describes the error.
[[nodiscard]] base::Outcome<std::string> open_accounts(const std::vector<MixAccount>& accounts,
                                                       std::uint16_t port,
                                                       const std::string& token);

}  // namespace botcore::crash
