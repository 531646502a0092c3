#include "core/risk/limits.hpp"

#include "core/orders/exits.hpp"

#include <algorithm>

namespace botcore::core {

using model::Money;
using model::Rate;
using model::Reason;
using model::Rounding;

namespace {

constexpr std::int64_t kMicrosecondsPerHour = 3'600'000'000;
constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
/// The peak is raised in steps of a thousandth, so that a rising account does not fill the journal.
const Rate kPeakStep = Rate::from_units(model::kScale * 1'001 / 1'000);

std::uint64_t hour_of(model::Timestamp time) {
    return static_cast<std::uint64_t>(time.in_microseconds() / kMicrosecondsPerHour);
}

/// `whole` times `rate`; on overflow `whole` itself, which errs on the strict side.
Money part(Money whole, Rate rate) {
    const auto result = scaled(whole, rate, Rounding::HalfEven);
    return result ? result.value() : whole;
}

std::string percent(Rate rate) {
    const auto hundred = scaled(Money::from_units(rate.units()), Rate::whole(100), Rounding::Down);
    return hundred ? to_text(hundred.value()) + " %" : to_text(rate);
}

Money in_use(const AccountState& account) {
    const auto balance = account.balances.find(account.account.quote);
    return balance == account.balances.end() ? Money() : balance->second.of(model::Book::Margin);
}

/// Is the margin level, equity over margin in use, below `level`? Without margin in use there is
/// no level.
bool is_below(Money equity, Money used, Rate level) {
    return !level.is_zero() && used.is_positive() && equity < part(used, level);
}

/// Instruments with an open position or a live entry, other than `except`.
std::size_t occupied(const AccountState& account, const model::InstrumentId& except) {
    std::vector<model::InstrumentId> instruments;
    const auto add = [&](const model::InstrumentId& id) {
        const bool known =
            std::find(instruments.begin(), instruments.end(), id) != instruments.end();
        if (!known && id != except) instruments.push_back(id);
    };
    for (const auto& [id, position] : account.positions) {
        if (!position.quantity.is_zero()) add(id);
    }
    for (const auto& [number, live] : account.orders) {
        const bool entry =
            model::is_live(live.order.state) && live.order.reduce_only == model::ReduceOnly::No;
        if (entry) add(live.order.instrument);
    }
    return instruments.size();
}

/// Moves the window of hours on, so that the bucket of `now` exists.
void advance(model::RiskState& risk, model::Timestamp now) {
    const std::uint64_t hour = hour_of(now);
    if (hour <= risk.hour) return;
    const std::uint64_t gone = std::min<std::uint64_t>(hour - risk.hour, model::kProfitHours);
    for (std::uint64_t i = 0; i < gone; ++i)
        risk.profits.at((hour - i) % model::kProfitHours) = {};
    risk.hour = hour;
}

}  // namespace

Money equity_of(const AccountState& account, const std::vector<model::Quote>& marks) {
    const auto balance = account.balances.find(account.account.quote);
    Money equity = balance == account.balances.end() ? Money() : balance->second.total();
    for (const auto& quote : marks) {
        const auto position = account.positions.find(quote.instrument);
        if (position != account.positions.end()) {
            equity += unrealized_profit(position->second, quote);
        }
    }
    return equity;
}

Money day_profit(const model::RiskState& risk, model::Timestamp now) {
    model::RiskState seen = risk;
    advance(seen, now);
    Money sum;
    for (const Money profit : seen.profits)
        sum += profit;
    return sum;
}

std::optional<RuleBreach> broken_limit(const State& state,
                                       const AccountState& account,
                                       const Entry& entry,
                                       const std::vector<model::Quote>& marks) {
    if (account.account.market != model::Market::Futures) return std::nullopt;
    const auto& limits = state.policy.risk;
    const auto& risk = account.risk;
    const auto quote = account.account.quote.text();
    if (limits.positions_max != 0 && occupied(account, entry.instrument) >= limits.positions_max) {
        return RuleBreach{Reason::MaxPositionsExceeded,
                          "at most " + std::to_string(limits.positions_max) +
                              " positions may be open; close one first"};
    }
    if (entry.now < risk.cooldown_until) {
        const auto left = (risk.cooldown_until - entry.now).in_milliseconds() / 60'000 + 1;
        return RuleBreach{Reason::CooldownActive,
                          std::to_string(limits.losses_in_a_row_max) +
                              " positions in a row were closed with a loss; entries are taken "
                              "again in " +
                              std::to_string(left) + " minutes"};
    }
    const Money equity = equity_of(account, marks);
    if (is_below(equity, in_use(account), limits.margin_level_entry)) {
        return RuleBreach{Reason::MarginLevelLow,
                          "the equity of " + to_text(equity) + " " + quote + " is less than " +
                              percent(limits.margin_level_entry) +
                              " of the margin in use; close something or add money"};
    }
    const Money loss = -day_profit(risk, entry.now);
    if (!limits.daily_loss_max.is_zero() && loss.is_positive() &&
        loss >= part(equity + loss, limits.daily_loss_max)) {
        return RuleBreach{Reason::DailyLossLimit,
                          to_text(loss) + " " + quote +
                              " were lost within 24 hours, the limit is " +
                              percent(limits.daily_loss_max) + "; wait until they are past"};
    }
    const Money down = risk.equity_peak - equity;
    if (!limits.drawdown_max.is_zero() && down.is_positive() &&
        down >= part(risk.equity_peak, limits.drawdown_max)) {
        return RuleBreach{Reason::DrawdownLimit,
                          "the equity is " + to_text(down) + " " + quote +
                              " below its peak, the limit is " + percent(limits.drawdown_max)};
    }
    const Money room = part(equity, limits.exposure_max);
    if (!limits.exposure_max.is_zero() && entry.committed > room) {
        return RuleBreach{Reason::ExposureLimit,
                          "one instrument may take " + percent(limits.exposure_max) +
                              " of the equity, that is " + to_text(std::max(room, Money())) + " " +
                              quote + ", but this would make " + to_text(entry.committed)};
    }
    return std::nullopt;
}

std::optional<RuleBreach> over_rate(const State& state,
                                    AccountState& account,
                                    model::Timestamp now) {
    const std::uint32_t most = state.policy.risk.orders_per_second_max;
    const std::int64_t second = now.in_microseconds() / kMicrosecondsPerSecond;
    if (second != account.rate_second) {
        account.rate_second = second;
        account.rate_count = 0;
    }
    if (most != 0 && account.rate_count >= most) {
        return RuleBreach{Reason::OrderRateLimit,
                          "at most " + std::to_string(most) +
                              " entries a second are taken; try again in a second"};
    }
    account.rate_count += 1;
    return std::nullopt;
}

void note_profit(Transaction& transaction,
                 AccountState& account,
                 const model::Position& position,
                 Money profit) {
    const auto& limits = transaction.state().policy.risk;
    model::RiskState& risk = transaction.change_risk(account);
    advance(risk, transaction.monotonic_time());
    risk.profits.at(risk.hour % model::kProfitHours) += profit;
    if (!position.quantity.is_zero()) return;
    if (position.round_profit.is_positive()) risk.losses_in_a_row = 0;
    if (position.round_profit.is_negative()) risk.losses_in_a_row += 1;
    if (limits.losses_in_a_row_max != 0 && risk.losses_in_a_row >= limits.losses_in_a_row_max) {
        risk.losses_in_a_row = 0;
        risk.cooldown_until = transaction.monotonic_time() + limits.cooldown;
    }
}

void note_transfer(Transaction& transaction, AccountState& account, Money amount) {
    if (account.risk.equity_peak.is_zero()) return;
    model::RiskState& risk = transaction.change_risk(account);
    risk.equity_peak = std::max(Money(), risk.equity_peak + amount);
}

namespace {

/// The open position with the greatest loss that is not being closed already.
const model::Position* most_losing(const AccountState& account,
                                   const std::vector<model::Quote>& marks) {
    const model::Position* worst = nullptr;
    Money worst_profit;
    for (const auto& quote : marks) {
        const auto place = account.positions.find(quote.instrument);
        if (place == account.positions.end()) continue;
        if (unclosed(account, quote.instrument).is_zero()) continue;
        const Money profit = unrealized_profit(place->second, quote);
        if (worst == nullptr || profit < worst_profit) {
            worst = &place->second;
            worst_profit = profit;
        }
    }
    return worst;
}

bool is_closing(const AccountState& account) {
    return std::any_of(account.orders.begin(), account.orders.end(), [](const auto& item) {
        return model::is_live(item.second.order.state) &&
               item.second.order.role == model::OrderRole::SafetyExit;
    });
}

}  // namespace

void watch_margin(Transaction& transaction,
                  AccountState& account,
                  const std::vector<model::Quote>& marks) {
    const auto& limits = transaction.state().policy.risk;
    const Money equity = equity_of(account, marks);
    const Money peak = account.risk.equity_peak;
    if (equity.is_positive() && equity > part(peak, kPeakStep)) {
        transaction.change_risk(account).equity_peak = equity;
    }
    const Money used = in_use(account);
    const bool low = is_below(equity, used, limits.margin_level_close);
    const bool safe = !is_below(equity, used, limits.margin_level_safe);
    if (account.risk.margin_call ? safe : low) {
        transaction.change_risk(account).margin_call = low;
    }
    if (!account.risk.margin_call || is_closing(account)) return;
    if (transaction.order_room() == 0) return;
    const model::Position* worst = most_losing(account, marks);
    if (worst == nullptr) return;
    (void)place_exit(transaction,
                     account,
                     worst->instrument,
                     {model::OrderRole::SafetyExit,
                      unclosed(account, worst->instrument),
                      account.account.owner,
                      Reason::MarginCall});
}

}  // namespace botcore::core
