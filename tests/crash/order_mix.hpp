#pragma once

/// A seeded stream of orders, cancels and closes over several accounts, that keeps itself going:
/// it learns prices and resting orders from the answers. Small orders: no account runs out of
/// money.
///
/// Same seed and same answers, same calls.

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
    std::deque<std::string> resting;  ///< Orders that were open when last heard of.
};

enum class MixKind : std::uint8_t {
    Everything,
    MarketOrders,  ///< Only what fills at once: for measuring.
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
    /// The log outlives the mix. Calls go out with `token`.
    OrderMix(MixOptions options, TradeLog& log);

    void set_token(std::string token) { token_ = std::move(token); }

    /// Further calls stop when the log holds so many; without a limit by default.
    void set_calls_max(std::uint64_t calls) { calls_max_ = calls; }

    /// Sends these again, with their own keys, before anything new.
    void ask_again(const std::vector<TradeLog::Id>& ids);

    /// True: only what `ask_again` was given is sent.
    void set_only_again(bool only) { only_again_ = only; }

    Id next(std::string& out) override;
    void on_answer(Id id, const ReplyFields& answer, Clock::duration latency) override;
    void on_lost(Id id) override;

    [[nodiscard]] const std::vector<MixAccount>& accounts() const { return accounts_; }

    /// Answers that contradict an earlier answer to the same key.
    [[nodiscard]] const std::vector<std::string>& contradictions() const { return contradictions_; }

    /// Microseconds of each answer since `keep_latencies`.
    [[nodiscard]] std::vector<double>& latencies() { return latencies_; }

    void keep_latencies() { keep_latencies_ = true; }

    /// Orders answered with 200 since the start.
    [[nodiscard]] std::uint64_t orders_done() const { return orders_done_; }

    /// Answers by status.
    [[nodiscard]] const std::map<int, std::uint64_t>& statuses() const { return statuses_; }

    /// Closes the connections' supply: no further request until told otherwise.
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

/// Opens the mix's accounts at the daemon, or finds them there. The text says what failed.
[[nodiscard]] base::Outcome<std::string> open_accounts(const std::vector<MixAccount>& accounts,
                                                       std::uint16_t port,
                                                       const std::string& token);

}  // namespace botcore::crash
