#include "runtime/exchange_router.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace botcore::runtime {
namespace {

/// Records what it is asked to do.
class RecordingExchange final : public ports::Exchange {
public:
    void place(const model::OrderInstruction& order) override {
        calls.push_back("place " + order.account.text());
    }

    void cancel(const model::CancelInstruction& cancel) override {
        calls.push_back("cancel " + cancel.account.text());
    }

    void query(const model::AccountId& account,
               const model::InstrumentId&,
               const model::ClientOrderId&) override {
        calls.push_back("query " + account.text());
    }

    void reconcile(const ports::AccountProjection& projection) override {
        calls.push_back("reconcile " + projection.account.id.text());
    }

    void compare(const ports::AccountProjection& projection) override {
        calls.push_back("compare " + projection.account.id.text());
    }

    void account_changed(const ports::AccountProjection& projection) override {
        calls.push_back("changed " + projection.account.id.text());
    }

    void define(const model::Instrument& instrument) override {
        calls.push_back("define " + instrument.id.symbol.text());
    }

    void probe(std::function<void()> answered) override { probes.push_back(std::move(answered)); }

    void begin_term(model::Epoch epoch) override {
        calls.push_back("term " + std::to_string(epoch));
    }

    void deliver(ports::ExchangeSink& sink) override {
        for (; reports > 0; --reports)
            sink.on_report({});
    }

    [[nodiscard]] bool has_reports() const override { return reports > 0; }

    std::vector<std::string> calls;
    std::vector<std::function<void()>> probes;
    int reports = 0;
};

class CountingSink final : public ports::ExchangeSink {
public:
    void on_report(model::OrderReport) override { ++reports; }

    void on_order_found(model::VenueOrder) override {}

    void on_reconciled(const model::AccountId&, std::optional<model::VenueBooks>) override {}

    int reports = 0;
};

class Router : public ::testing::Test {
protected:
    Router() {
        router_.add([](const model::Account& account) { return account.owner == kAda; }, first_);
        router_.add([](const model::Account&) { return true; }, second_);
        router_.reconcile(projection_of("ada-spot", kAda));
        router_.reconcile(projection_of("bob-spot", model::Owner("bob")));
        first_.calls.clear();
        second_.calls.clear();
    }

    [[nodiscard]] static ports::AccountProjection projection_of(const std::string& id,
                                                                const model::Owner& owner) {
        ports::AccountProjection projection;
        projection.account.id = model::AccountId(id);
        projection.account.owner = owner;
        return projection;
    }

    static inline const model::Owner kAda{"ada"};
    RecordingExchange first_;
    RecordingExchange second_;
    ExchangeRouter router_;
};

using Calls = std::vector<std::string>;

TEST_F(Router, SendsWhatConcernsAnAccountToItsExchangeOnly) {
    const model::AccountId bob("bob-spot");
    model::OrderInstruction order;
    order.account = bob;
    router_.place(order);
    model::CancelInstruction cancel;
    cancel.account = bob;
    router_.cancel(cancel);
    router_.query(bob, {}, {});
    router_.compare(projection_of("bob-spot", model::Owner("bob")));
    router_.account_changed(projection_of("bob-spot", model::Owner("bob")));
    EXPECT_TRUE(first_.calls.empty());
    EXPECT_EQ(second_.calls,
              (Calls{"place bob-spot",
                     "cancel bob-spot",
                     "query bob-spot",
                     "compare bob-spot",
                     "changed bob-spot"}));
    order.account = model::AccountId("ada-spot");
    router_.place(order);
    EXPECT_EQ(first_.calls, (Calls{"place ada-spot"}));
}

TEST_F(Router, KeepsTheRouteOfAnAccount) {
    router_.compare(projection_of("ada-spot", model::Owner("bob")));
    EXPECT_EQ(first_.calls, (Calls{"compare ada-spot"}));
}

TEST_F(Router, TellsEveryExchangeTermsAndInstruments) {
    router_.begin_term(7);
    model::Instrument instrument;
    instrument.id.symbol = model::Symbol("BTCUSDT");
    router_.define(instrument);
    EXPECT_EQ(first_.calls, (Calls{"term 7", "define BTCUSDT"}));
    EXPECT_EQ(second_.calls, first_.calls);
}

TEST_F(Router, DeliversTheReportsOfEveryExchange) {
    EXPECT_FALSE(router_.has_reports());
    first_.reports = 2;
    second_.reports = 1;
    EXPECT_TRUE(router_.has_reports());
    CountingSink sink;
    router_.deliver(sink);
    EXPECT_EQ(sink.reports, 3);
    EXPECT_FALSE(router_.has_reports());
}

TEST_F(Router, AProbeIsAnsweredOnceEveryExchangeHasAnswered) {
    int answers = 0;
    router_.probe([&] { ++answers; });
    ASSERT_EQ(first_.probes.size(), 1U);
    first_.probes.front()();
    EXPECT_EQ(answers, 0) << "The second exchange is silent.";
    second_.probes.front()();
    EXPECT_EQ(answers, 1);
}

TEST_F(Router, RefusesToSendForAnAccountThatNobodyTookOver) {
    model::OrderInstruction order;
    order.account = model::AccountId("nobody");
    EXPECT_DEATH(router_.place(order), "CHECK");
}

}  // namespace
}  // namespace botcore::runtime
