#include "services/trading/trade_log.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>

namespace botcore::trading {
namespace {

using testing::HasSubstr;

class TradeLogTest : public testing::Test {
protected:
    static model::Order order(model::OrderState state) {
        model::Order order;
        order.id = model::ClientOrderId("bc-1");
        order.owner = model::Owner("ada");
        order.account = model::AccountId("futures");
        order.instrument = {model::Market::Futures, model::Symbol("BTCUSDT")};
        order.side = model::Side::Sell;
        order.quantity = model::Quantity::whole(3);
        order.attempt.number = 2;
        order.state = state;
        order.sequence = 1;
        return order;
    }

    static model::Record record(model::Change change) {
        model::Record record;
        record.sequence = 1;
        record.outcome.changes.push_back(std::move(change));
        return record;
    }

    void commit(model::Change change) { trades_->on_committed({record(std::move(change))}); }

    std::vector<boost::json::object> lines() {
        trades_.reset();
        log_.reset();
        std::vector<boost::json::object> lines;
        std::ifstream file(path_);
        for (std::string line; std::getline(file, line);)
            lines.push_back(boost::json::parse(line).as_object());
        return lines;
    }

    static void expect_names_the_order(const boost::json::object& line) {
        EXPECT_EQ(line.at("level").as_string(), "ERROR");
        EXPECT_EQ(line.at("user_id").as_string(), "ada");
        EXPECT_EQ(line.at("account").as_string(), "futures");
        EXPECT_EQ(line.at("symbol").as_string(), "BTCUSDT");
        EXPECT_EQ(line.at("side").as_string(), "SELL");
        EXPECT_EQ(line.at("quantity").as_string(), "3");
        EXPECT_EQ(line.at("order").as_string(), "bc-1");
        EXPECT_EQ(line.at("attempt").as_int64(), 2);
    }

    scratch::TemporaryFolder folder_;
    std::string path_ = folder_.file("log");
    std::optional<observability::Log> log_{
        std::in_place, "test", observability::Level::Info, path_};
    observability::Metrics metrics_;
    std::string request_;
    std::optional<TradeLog> trades_{
        TradeLog::Parts{*log_, metrics_, [this](const model::Order&) { return request_; }}};
};

// @spec:R4-FAIL-01 @spec:R2-ERR-08 @spec:R2-AC-19
TEST_F(TradeLogTest, AFailedTradeIsOneLineWithAllKnownDetails) {
    request_ = "req-7";
    commit(order(model::OrderState::Intended));
    request_.clear();
    model::Order rejected = order(model::OrderState::Rejected);
    rejected.prior_sequence = 1;
    rejected.reason = model::order_reason(model::RefusalReason::RejectedByExchange);
    rejected.reason_text = "-2010 Account has insufficient balance for requested action.";
    commit(rejected);
    const auto lines = this->lines();
    ASSERT_EQ(lines.size(), 1U);
    expect_names_the_order(lines[0]);
    EXPECT_EQ(lines[0].at("event").as_string(), "trade_failed");
    EXPECT_EQ(lines[0].at("operation").as_string(), "place_order");
    EXPECT_EQ(lines[0].at("request_id").as_string(), "req-7");
    EXPECT_THAT(std::string(lines[0].at("cause").as_string()), HasSubstr("-2010 Account has"));
    EXPECT_THAT(std::string(lines[0].at("stack_trace").as_string()), HasSubstr("\n"));
}

// @spec:R4-FAIL-01
TEST_F(TradeLogTest, ARefusalIsALineWithoutAStack) {
    request_ = "req-8";
    model::Order refused = order(model::OrderState::Refused);
    refused.reason = model::order_reason(model::RefusalReason::InsufficientBalance);
    commit(refused);
    const auto lines = this->lines();
    ASSERT_EQ(lines.size(), 1U);
    expect_names_the_order(lines[0]);
    EXPECT_EQ(lines[0].at("request_id").as_string(), "req-8");
    EXPECT_EQ(lines[0].at("cause").as_string(), "INSUFFICIENT_BALANCE");
    EXPECT_FALSE(lines[0].contains("stack_trace"));
}

TEST_F(TradeLogTest, LogsNothingForAFilledOrCanceledOrder) {
    commit(order(model::OrderState::Filled));
    commit(order(model::OrderState::Canceled));
    EXPECT_TRUE(lines().empty());
}

TEST_F(TradeLogTest, LogsAMarginCallAndItsForcedExitOnALineEach) {
    model::RiskState risk;
    risk.account = model::AccountId("futures");
    risk.margin_call = true;
    commit(risk);
    commit(risk);
    model::Order exit = order(model::OrderState::Intended);
    exit.role = model::OrderRole::SafetyExit;
    exit.reason = model::OrderReason::MarginCall;
    commit(exit);
    exit.prior_sequence = 1;
    exit.state = model::OrderState::Filled;
    commit(exit);
    const auto lines = this->lines();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].at("event").as_string(), "margin_call");
    EXPECT_EQ(lines[0].at("level").as_string(), "ERROR");
    EXPECT_EQ(lines[0].at("account").as_string(), "futures");
    EXPECT_FALSE(lines[0].at("stack_trace").as_string().empty());
    EXPECT_EQ(lines[1].at("event").as_string(), "forced_exit");
    EXPECT_EQ(lines[1].at("operation").as_string(), "forced_exit");
    expect_names_the_order(lines[1]);
}

TEST_F(TradeLogTest, LogsAnAccountInDoubtOnceAndNoFreezeByAnOperator) {
    model::Account account;
    account.id = model::AccountId("futures");
    account.owner = model::Owner("ada");
    account.state = model::AccountState::Frozen;
    account.frozen_reason = model::FreezeReason::FrozenByOperator;
    commit(account);
    account.frozen_reason = model::FreezeReason::BooksDiffer;
    commit(account);
    commit(account);
    const auto lines = this->lines();
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].at("event").as_string(), "position_in_doubt");
    EXPECT_EQ(lines[0].at("operation").as_string(), "update_position");
    EXPECT_EQ(lines[0].at("cause").as_string(), "BOOKS_DIFFER");
    EXPECT_EQ(lines[0].at("runbook").as_string(), "reconciliation-mismatch.md");
}

TEST_F(TradeLogTest, CountsErrorsOfTheExchangeByCode) {
    model::Record said;
    model::ReportOrder report;
    report.report.reason_text = "-2013 Order does not exist.";
    said.input.body = report;
    trades_->on_committed({said, said});
    EXPECT_THAT(metrics_.render(), HasSubstr("binance_api_errors_total{code=\"-2013\"} 2"));
}

}  // namespace
}  // namespace botcore::trading
