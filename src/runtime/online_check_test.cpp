#include "runtime/online_check.hpp"

#include <gtest/gtest.h>

namespace botcore::runtime {
namespace {

using model::Money;
using model::Quantity;

const model::AccountId kAccount("futures");
const model::InstrumentId kContract{model::Market::Futures, model::Symbol("BTCUSDT")};
const model::Asset kUsdt("USDT");

model::Order order(std::int64_t filled, model::OrderState state, model::Sequence prior) {
    model::Order order;
    order.id = model::ClientOrderId("an-order");
    order.number = 64;
    order.account = kAccount;
    order.instrument = kContract;
    order.quantity = Quantity::whole(10);
    order.filled = Quantity::whole(filled);
    order.state = state;
    order.prior_sequence = prior;
    return order;
}

model::Fill fill(std::uint64_t trade, std::int64_t quantity) {
    model::Fill fill;
    fill.account = kAccount;
    fill.instrument = kContract;
    fill.order_number = 64;
    fill.trade.id = trade;
    fill.trade.quantity = Quantity::whole(quantity);
    return fill;
}

model::Position position(std::int64_t quantity) {
    model::Position position;
    position.account = kAccount;
    position.instrument = kContract;
    position.quantity = Quantity::whole(quantity);
    return position;
}

class OnlineCheckTest : public testing::Test {
protected:
    /// The kinds of findings that the record causes.
    std::vector<FindingKind> commit(std::vector<model::Change> changes,
                                    std::vector<model::Posting> postings = {},
                                    model::InputBody body = model::ReportOrder{}) {
        found.clear();
        model::Record record;
        record.sequence = ++sequence;
        record.input.body = std::move(body);
        record.outcome = {std::move(changes), std::move(postings)};
        check.on_committed({record});
        std::vector<FindingKind> kinds;
        for (const auto& finding : found)
            kinds.push_back(finding.kind);
        return kinds;
    }

    model::Sequence sequence = 0;
    std::vector<VerifyFinding> found;
    OnlineCheck check{[this](const VerifyFinding& finding) { found.push_back(finding); }};
};

using Kinds = std::vector<FindingKind>;

TEST_F(OnlineCheckTest, ReportsNothingForACorrectlyBookedTrade) {
    EXPECT_EQ(commit({order(0, model::OrderState::Open, 0)}), Kinds{});
    EXPECT_EQ(commit({order(4, model::OrderState::Open, 1), fill(1, 4), position(4)},
                     {{kAccount, kUsdt, model::Book::Cash, Money::whole(-7)},
                      {kAccount, kUsdt, model::Book::Margin, Money::whole(7)}}),
              Kinds{});
    EXPECT_EQ(commit({order(10, model::OrderState::Filled, 2), fill(2, 6), position(10)}), Kinds{});
    EXPECT_EQ(check.findings_count(), 0U);
}

TEST_F(OnlineCheckTest, FindsPostingsThatDoNotSumToZero) {
    EXPECT_EQ(commit({},
                     {{kAccount, kUsdt, model::Book::Cash, Money::whole(-7)},
                      {kAccount, kUsdt, model::Book::Margin, Money::whole(6)}}),
              Kinds{FindingKind::UnbalancedPostings});
    EXPECT_EQ(found.front().text, "the postings in USDT sum to -1, not to zero");
    EXPECT_EQ(found.front().account, kAccount);
    EXPECT_EQ(found.front().sequence, 1U);
}

TEST_F(OnlineCheckTest, FindsATradeThatIsBookedTwice) {
    EXPECT_EQ(commit({order(4, model::OrderState::Open, 0), fill(1, 4)}), Kinds{});
    EXPECT_EQ(commit({order(8, model::OrderState::Open, 1), fill(1, 4)}),
              Kinds{FindingKind::DuplicateTrade});
}

TEST_F(OnlineCheckTest, FindsAFilledQuantityThatDiffersFromTheFills) {
    EXPECT_EQ(commit({order(5, model::OrderState::Open, 0), fill(1, 4)}),
              Kinds{FindingKind::FilledMismatch});
    EXPECT_EQ(commit({order(6, model::OrderState::Open, 1), fill(2, 2)}),
              Kinds{FindingKind::FilledMismatch});
    EXPECT_EQ(commit({order(6, model::OrderState::Canceled, 2)}), Kinds{});
}

TEST_F(OnlineCheckTest, FindsAPositionChangeWithoutMatchingFills) {
    EXPECT_EQ(commit({position(3)}), Kinds{}) << "What it was before is not known.";
    EXPECT_EQ(commit({position(3)}), Kinds{}) << "Its leverage was changed, say.";
    EXPECT_EQ(commit({position(5)}), Kinds{FindingKind::PositionMismatch});
    EXPECT_EQ(commit({position(0)}, {}, model::ResetAccount{}), Kinds{});
    EXPECT_EQ(commit({position(-2)}, {}, model::AdoptBooks{}), Kinds{});
}

TEST_F(OnlineCheckTest, FindsAReservationOfAnOrderThatHasEnded) {
    auto ended = order(0, model::OrderState::Canceled, 0);
    ended.reserved = Money::whole(3);
    ended.reserved_asset = kUsdt;
    EXPECT_EQ(commit({ended},
                     {{kAccount, kUsdt, model::Book::Cash, Money::whole(-3)},
                      {kAccount, kUsdt, model::Book::Reserved, Money::whole(3)}}),
              Kinds{FindingKind::BalanceMismatch});
}

TEST_F(OnlineCheckTest, FindsReservationsThatWereNotPosted) {
    auto held = position(0);
    EXPECT_EQ(commit({held}), Kinds{});
    held.reserved = Money::whole(5);
    const std::vector<model::Posting> five = {
        {kAccount, kUsdt, model::Book::Cash, Money::whole(-5)},
        {kAccount, kUsdt, model::Book::Reserved, Money::whole(5)}};
    EXPECT_EQ(commit({held}, five), Kinds{});
    held.reserved = Money::whole(8);
    EXPECT_EQ(commit({held}), Kinds{FindingKind::BalanceMismatch});
    EXPECT_EQ(found.front().text, "the orders of futures set aside 3 more than was posted");
    EXPECT_EQ(commit({}, five), Kinds{FindingKind::BalanceMismatch});
    auto placed = order(0, model::OrderState::Open, 0);
    placed.reserved = Money::whole(5);
    EXPECT_EQ(commit({placed}, five), Kinds{}) << "Spot orders set aside each for themselves.";
}

TEST_F(OnlineCheckTest, StartsTrackingAgainAfterASequenceGap) {
    EXPECT_EQ(commit({order(0, model::OrderState::Open, 0), position(0), fill(9, 1)}),
              Kinds{FindingKind::FilledMismatch});
    ++sequence;  // A record that the check did not receive.
    EXPECT_EQ(commit({order(4, model::OrderState::Open, 2), position(4)}), Kinds{});
    EXPECT_EQ(commit({order(5, model::OrderState::Open, 3), fill(9, 1), position(4)}),
              Kinds{FindingKind::PositionMismatch});
}

}  // namespace
}  // namespace botcore::runtime
