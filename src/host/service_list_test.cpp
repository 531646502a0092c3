#include "host/service_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace botcore::host {

namespace {

using testing::ElementsAre;

using Calls = std::vector<std::string>;

/// Records its calls under its name.
class RecordedService final : public Service {
public:
    RecordedService(std::string name, Calls& calls) : name_(std::move(name)), calls_(calls) {}

    ~RecordedService() override { calls_.push_back("destroy " + name_); }

    Started start() override {
        calls_.push_back("start " + name_);
        if (start_failure) return base::Failure{*start_failure};
        return base::Done{};
    }

    void add_probes(HealthProber& /*prober*/) override { calls_.push_back("probes " + name_); }

    void tick(const model::Now& /*now*/) override { calls_.push_back("tick " + name_); }

    bool stop() override {
        calls_.push_back("stop " + name_);
        return !hangs;
    }

    std::optional<StartFailure> start_failure;
    bool hangs = false;

private:
    std::string name_;
    Calls& calls_;
};

class ServiceListTest : public testing::Test {
protected:
    [[nodiscard]] std::unique_ptr<RecordedService> make(const std::string& name) {
        return std::make_unique<RecordedService>(name, calls_);
    }

    RecordedService& add(const std::string& name) { return *list_->add(make(name)).value(); }

    Calls calls_;
    std::optional<ServiceList> list_{std::in_place};
};

TEST_F(ServiceListTest, StartsInOrderAndEndsInReverse) {
    add("store");
    add("api");
    EXPECT_TRUE(list_->stop());
    list_->clear();
    EXPECT_THAT(
        calls_,
        ElementsAre(
            "start store", "start api", "stop api", "stop store", "destroy api", "destroy store"));
}

TEST_F(ServiceListTest, DestroysTheServiceThatFailedAndThenTheOthersInReverse) {
    add("store");
    add("trading");
    auto api = make("api");
    api->start_failure = StartFailure{69, "the port is in use"};
    const auto added = list_->add(std::move(api));
    ASSERT_FALSE(added.has_value());
    EXPECT_EQ(added.error().code, 69);
    EXPECT_EQ(added.error().text, "the port is in use");
    list_.reset();
    EXPECT_THAT(calls_,
                ElementsAre("start store",
                            "start trading",
                            "start api",
                            "destroy api",
                            "destroy trading",
                            "destroy store"));
}

TEST_F(ServiceListTest, TicksAndAddsProbesInOrder) {
    add("store");
    add("api");
    calls_.clear();
    HealthProber prober(base::Duration::seconds(5), {});
    list_->add_probes(prober);
    list_->tick({});
    EXPECT_THAT(calls_, ElementsAre("probes store", "probes api", "tick store", "tick api"));
}

TEST_F(ServiceListTest, StopsAllAndReportsThatOneHangs) {
    add("store");
    add("health").hangs = true;
    add("api");
    calls_.clear();
    EXPECT_FALSE(list_->stop());
    EXPECT_THAT(calls_, ElementsAre("stop api", "stop health", "stop store"));
}

}  // namespace

}  // namespace botcore::host
