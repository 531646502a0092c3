#include "core/risk/limits.hpp"

#include "core/orders/exits.hpp"
#include "core/risk/margin.hpp"

#include <algorithm>

namespace botcore::core {

using model::Money;
using model::OrderReason;
using model::Rate;
using model::RefusalReason;
using model::Rounding;

namespace {

constexpr std::int64_t kMicrosecondsPerHour = 3'600'000'000;
constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
/// The peak is raised in steps of at least 0.1 %, so that a rising account does not fill the
/// journal.
const Rate kPeakStep = Rate::from_units(model::kScale * 1'001 / 1'000);

std::uint64_t hour_of(model::Timestamp time) {
    return static_cast<std::uint64_t>(time.in_microseconds() / kMicrosecondsPerHour);
}

/// `whole` times `rate`. On overflow, which only a rate above one can cause, `whole` itself.
Money part(Money whole, Rate rate) {
    const auto result = scaled(whole, rate, Rounding::HalfEven);
    return result ? result.value() : whole;
}

std::string percent(Rate rate) {
    const auto hundred = scaled(Money::from_units(rate.units()), Rate::whole(100), Rounding::Down);
    return hundred ? to_text(hundred.value()) + " %" : to_text(rate);
}

/// Whether the margin level, equity divided by margin in use, is below `level`. Without margin in
/// use there is no level.
bool is_below(Money equity, Money used, Rate level) {
    return !level.is_zero() && used.is_positive() && equity < part(used, level);
}

/// The number of instruments with an open position or a live entry, other than `except`.
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

/// Advances the window of hours, so that it has an entry for `now`.
void advance(model::RiskState& risk, model::Timestamp now) {
    const std::uint64_t hour = hour_of(now);
    if (hour <= risk.hour) return;
    const std::uint64_t gone = std::min<std::uint64_t>(hour - risk.hour, model::kProfitHours);
    for (std::uint64_t i = 0; i < gone; ++i)
        risk.profits.at((hour - i) % model::kProfitHours) = {};
    risk.hour = hour;
}

}  // namespace

Money day_profit(const model::RiskState& risk, model::Timestamp now) {
    model::RiskState seen = risk;
    advance(seen, now);
    Money sum;
    for (const Money profit : seen.profits)
        sum += profit;
    return sum;
}

std::vector<const AccountState*> accounts_beside(const State& state,
                                                 const model::AccountId& account) {
    std::vector<const AccountState*> others;
    const auto place = state.accounts.find(account);
    if (place == state.accounts.end()) return others;
    const model::Account& own = place->second.account;
    for (const auto& [id, other] : state.accounts) {
        const model::Account& row = other.account;
        const bool counts = id != account && row.owner == own.owner && row.kind == own.kind &&
                            row.market == own.market && row.quote == own.quote;
        if (counts) others.push_back(&other);
    }
    return others;
}

namespace {

/// The figures that the limits check, of one account or of all accounts of an owner.
struct LimitFigures {
    Money equity;
    Money peak;
    Money loss;  ///< The loss of the last 24 hours.
    Money committed;
    model::Timestamp cooldown_until;
};

void judge_with(LimitFigures& judged,
                const AccountState& account,
                Money equity,
                model::Timestamp now) {
    const auto& risk = account.risk;
    judged.equity += equity;
    // An account that was never checked has no peak yet.
    judged.peak += risk.equity_peak.is_zero() ? equity : risk.equity_peak;
    judged.loss -= day_profit(risk, now);
    judged.cooldown_until = std::max(judged.cooldown_until, risk.cooldown_until);
}

/// `whose` is inserted into the texts: it is " over all your accounts of this kind" or empty.
std::optional<RuleBreach> broken_by(const model::RiskLimits& limits,
                                    const LimitFigures& judged,
                                    const Entry& entry,
                                    std::string_view quote,
                                    std::string_view whose) {
    const std::string unit = " " + std::string(quote);
    const std::string all(whose);
    if (entry.now < judged.cooldown_until) {
        const auto left = (judged.cooldown_until - entry.now).in_milliseconds() / 60'000 + 1;
        return RuleBreach{RefusalReason::CooldownActive,
                          std::to_string(limits.losses_in_a_row_max) +
                              " positions in a row were closed with a loss" + all +
                              "; entries are accepted again in " + std::to_string(left) +
                              " minutes, or once an operator unfreezes the account"};
    }
    const Money& equity = judged.equity;
    if (!limits.daily_loss_max.is_zero() && judged.loss.is_positive() &&
        judged.loss >= part(equity + judged.loss, limits.daily_loss_max)) {
        return RuleBreach{RefusalReason::DailyLossLimit,
                          to_text(judged.loss) + unit + " were lost within 24 hours" + all +
                              "; the limit is " + percent(limits.daily_loss_max) +
                              "; wait until the losses are more than 24 hours old"};
    }
    const Money down = judged.peak - equity;
    if (!limits.drawdown_max.is_zero() && down.is_positive() &&
        down >= part(judged.peak, limits.drawdown_max)) {
        return RuleBreach{RefusalReason::DrawdownLimit,
                          "the equity is " + to_text(down) + unit + " below its peak" + all +
                              "; the limit is " + percent(limits.drawdown_max)};
    }
    const Money room = part(equity, limits.exposure_max);
    if (!limits.exposure_max.is_zero() && judged.committed > room) {
        return RuleBreach{RefusalReason::ExposureLimit,
                          "one instrument may use " + percent(limits.exposure_max) +
                              " of the equity, that is " + to_text(std::max(room, Money())) + unit +
                              all + ", but with this order it would use " +
                              to_text(judged.committed)};
    }
    return std::nullopt;
}

}  // namespace

std::optional<RuleBreach> broken_limit(const State& state,
                                       const AccountState& account,
                                       const Entry& entry,
                                       const std::vector<model::Quote>& marks) {
    if (account.account.market != model::Market::Futures) return std::nullopt;
    const auto& limits = state.policy.risk;
    const std::string quote(account.account.quote.text());
    if (limits.positions_max != 0 && occupied(account, entry.instrument) >= limits.positions_max) {
        return RuleBreach{RefusalReason::MaxPositionsExceeded,
                          "at most " + std::to_string(limits.positions_max) +
                              " positions may be open; close one first"};
    }
    const AccountFigures figures = figures_of(state, account, marks);
    const Money equity = figures.equity();
    if (is_below(equity, figures.margin.position_initial, limits.margin_level_entry)) {
        return RuleBreach{RefusalReason::MarginLevelLow,
                          "the equity of " + to_text(equity) + " " + quote + " is less than " +
                              percent(limits.margin_level_entry) +
                              " of the margin in use; close a position or add money"};
    }
    const auto others = accounts_beside(state, account.account.id);
    LimitFigures judged;
    judged.committed = entry.committed;
    judge_with(judged, account, equity, entry.now);
    if (auto breach = broken_by(limits, judged, entry, quote, "")) return breach;
    if (others.empty()) return std::nullopt;
    // The limits apply to each account and to all accounts of the owner together; the stricter one
    // decides.
    for (const auto* other : others) {
        judge_with(judged, *other, figures_of(state, *other, marks).equity(), entry.now);
        const auto instrument = state.instruments.find(entry.instrument);
        if (instrument == state.instruments.end()) continue;
        judged.committed += model::exposure(
            contract_of(*other, instrument->second, marks, CountedOrders::WaitingToo));
    }
    return broken_by(limits, judged, entry, quote, " over all your accounts of this kind");
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
    std::uint32_t taken = account.rate_count;
    for (const auto* other : accounts_beside(state, account.account.id))
        taken += other->rate_second == second ? other->rate_count : 0;
    if (most != 0 && taken >= most) {
        return RuleBreach{
            RefusalReason::OrderRateLimit,
            "at most " + std::to_string(most) +
                " entries per second are accepted from one owner; try again in a second"};
    }
    account.rate_count += 1;
    return std::nullopt;
}

namespace {

/// Ends the streak in all accounts of the owner, because a streak extends over all of them.
void end_losing_streak(Transaction& transaction, AccountState& account) {
    if (account.risk.losses_in_a_row != 0) transaction.change_risk(account).losses_in_a_row = 0;
    for (const auto* other : accounts_beside(transaction.state(), account.account.id)) {
        if (other->risk.losses_in_a_row == 0) continue;
        AccountState& changed = transaction.state().accounts.at(other->account.id);
        transaction.change_risk(changed).losses_in_a_row = 0;
    }
}

}  // namespace

void note_profit(Transaction& transaction,
                 AccountState& account,
                 const model::Position& position,
                 Money profit) {
    const auto& limits = transaction.state().policy.risk;
    model::RiskState& risk = transaction.change_risk(account);
    advance(risk, transaction.monotonic_time());
    risk.profits.at(risk.hour % model::kProfitHours) += profit;
    if (!position.quantity.is_zero()) return;
    if (position.round_profit.is_positive()) end_losing_streak(transaction, account);
    if (!position.round_profit.is_negative()) return;
    risk.losses_in_a_row += 1;
    std::uint32_t streak = risk.losses_in_a_row;
    for (const auto* other : accounts_beside(transaction.state(), account.account.id))
        streak += other->risk.losses_in_a_row;
    if (limits.losses_in_a_row_max != 0 && streak >= limits.losses_in_a_row_max) {
        end_losing_streak(transaction, account);
        risk.cooldown_until = transaction.monotonic_time() + limits.cooldown;
    }
}

void note_transfer(Transaction& transaction, AccountState& account, Money amount) {
    if (account.risk.equity_peak.is_zero()) return;
    model::RiskState& risk = transaction.change_risk(account);
    risk.equity_peak = std::max(Money(), risk.equity_peak + amount);
}

namespace {

/// The open position with the greatest loss that is not already being closed.
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

namespace {

/// Selects the worst or the best mark of each position since the last check.
enum class Extreme : std::uint8_t { Worst, Best };

std::vector<model::Quote> marks_at(const AccountState& account,
                                   const std::vector<model::Quote>& marks,
                                   Extreme extreme) {
    std::vector<model::Quote> moved = marks;
    for (model::Quote& quote : moved) {
        const auto position = account.positions.find(quote.instrument);
        const auto mark = mark_of(quote);
        if (position == account.positions.end() || !mark) continue;
        model::PriceRange seen = quote.marked;
        seen.add(*mark);
        const bool high = position->second.quantity.is_positive() == (extreme == Extreme::Best);
        quote.bid = quote.ask = high ? seen.high : seen.low;
    }
    return moved;
}

/// The quotes that count for positions without a fresh price: those with a loss, not those with a
/// profit.
std::vector<model::Quote> losses_of(const AccountState& account,
                                    const std::vector<model::Quote>& stale) {
    std::vector<model::Quote> counted;
    for (const auto& quote : stale) {
        const auto position = account.positions.find(quote.instrument);
        if (position == account.positions.end()) continue;
        if (unrealized_profit(position->second, quote).is_negative()) counted.push_back(quote);
    }
    return counted;
}

}  // namespace

void watch_margin(Transaction& transaction,
                  AccountState& account,
                  const std::vector<model::Quote>& fresh,
                  const std::vector<model::Quote>& stale) {
    const auto& limits = transaction.state().policy.risk;
    if (stale.empty()) {
        const Money best =
            figures_of(transaction.state(), account, marks_at(account, fresh, Extreme::Best))
                .equity();
        const Money peak = account.risk.equity_peak;
        if (best.is_positive() && best > part(peak, kPeakStep)) {
            transaction.change_risk(account).equity_peak = best;
        }
    }
    auto marks = marks_at(account, fresh, Extreme::Worst);
    const auto losses = losses_of(account, stale);
    marks.insert(marks.end(), losses.begin(), losses.end());
    const AccountFigures figures = figures_of(transaction.state(), account, marks);
    const Money equity = figures.equity();
    const Money used = figures.margin.position_initial;
    const bool low = is_below(equity, used, limits.margin_level_close);
    const bool safe = !is_below(equity, used, limits.margin_level_safe);
    if (account.risk.margin_call ? safe : low) {
        transaction.change_risk(account).margin_call = low;
    }
    if (!account.risk.margin_call || is_closing(account)) return;
    if (transaction.remaining_quantity() == 0) return;
    const model::Position* worst = most_losing(account, fresh);
    if (worst == nullptr) return;
    (void)place_exit(transaction,
                     account,
                     worst->instrument,
                     {model::OrderRole::SafetyExit,
                      unclosed(account, worst->instrument),
                      account.account.owner,
                      OrderReason::MarginCall});
}

}  // namespace botcore::core
