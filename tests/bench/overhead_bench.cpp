#include "tests/bench/overhead_bench.hpp"

#include "base/random.hpp"
#include "tests/bench/switched_core.hpp"
#include "tests/crash/figure_report.hpp"
#include "tests/crash/load_client.hpp"
#include "tests/crash/order_mix.hpp"

#include <chrono>

namespace botcore::bench {

namespace {

/// The first orders after a switch are not measured.
constexpr std::size_t kAfterSwitch = 3;

constexpr auto kBlockWithin = std::chrono::seconds(60);

/// A switched core with one client.
class Blocks {
public:
    explicit Blocks(const std::filesystem::path& data) : core_(data) {
        mix_.set_token(core_.token());
        mix_.keep_latencies();
    }

    [[nodiscard]] base::Outcome<std::string> connect() {
        if (auto opened = open_accounts(mix_.accounts(), core_.port(), core_.token()); !opened) {
            return opened;
        }
        judged_before_ = core_.judged();
        return client_.connect();
    }

    /// The median latency of a block of orders, in microseconds.
    [[nodiscard]] double p50_us(Mechanisms mechanisms, std::size_t orders) {
        core_.set(mechanisms);
        place(kAfterSwitch);
        place(orders);
        if (mechanisms == Mechanisms::On) judged_expected_ += kAfterSwitch + orders;
        return crash::median(mix_.latencies());
    }

    /// What makes the measurement invalid; empty when it is valid.
    [[nodiscard]] std::string trouble() const {
        for (const auto& [status, count] : mix_.statuses()) {
            // The mix also sells what a spot account does not have; such an order is recorded, too.
            if (status == 200 || status == 422) continue;
            return std::to_string(count) + " orders got the status " + std::to_string(status);
        }
        if (client_.open_count() != 1) return "the server closed the connection";
        if (!mix_.contradictions().empty()) return mix_.contradictions().front();
        if (core_.judged() - judged_before_ != judged_expected_) {
            return "the mechanisms were not on for exactly the orders that should measure them";
        }
        return {};
    }

    [[nodiscard]] std::uint64_t evaluations() const { return core_.evaluations(); }

private:
    void place(std::size_t orders) {
        mix_.latencies().clear();
        client_.run_until(crash::Clock::now() + kBlockWithin,
                          [&] { return mix_.latencies().size() >= orders; });
    }

    SwitchedCore core_;
    crash::TradeLog log_;
    crash::OrderMix mix_{{.seed = 1, .kind = crash::MixKind::MarketOrders}, log_};
    crash::LoadClient client_{core_.port(), 1, mix_};
    std::uint64_t judged_before_ = 0;
    std::uint64_t judged_expected_ = 0;
};

}  // namespace

base::Result<std::vector<double>, std::string> measure_overhead(const std::filesystem::path& folder,
                                                                const OverheadEffort& effort,
                                                                Mechanisms measured) {
    Blocks blocks(folder);
    if (auto connected = blocks.connect(); !connected) return base::Failure{connected.error()};
    (void)blocks.p50_us(measured, effort.warm_up);
    (void)blocks.p50_us(Mechanisms::Off, effort.warm_up);
    base::Random random(1);
    std::vector<double> percent;
    for (int pair = 0; pair < effort.pairs; ++pair) {
        const bool on_first = random.chance(1, 2);
        const double first = blocks.p50_us(on_first ? measured : Mechanisms::Off, effort.orders);
        const double second = blocks.p50_us(on_first ? Mechanisms::Off : measured, effort.orders);
        if (auto trouble = blocks.trouble(); !trouble.empty()) return base::Failure{trouble};
        if (measured == Mechanisms::Alerts && blocks.evaluations() == 0) {
            return base::Failure{std::string("no rule was evaluated")};
        }
        percent.push_back(100 * ((on_first ? first / second : second / first) - 1));
    }
    return percent;
}

}  // namespace botcore::bench
