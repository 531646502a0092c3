#pragma once

/// The made-up world: the real core and runtime between a store, an exchange, a market, a clock and
/// callers that all misbehave as the plan says, in one thread and virtual time.
///
///   boot ──> faults and safety ──quiet──> no faults, liveness ──> audit
///
/// Z1  A process that died does and hears nothing any more; what it had committed stays.
/// Z2  The same plan gives the same run, event by event.

#include "runtime/online_check.hpp"
#include "sim/world/clients.hpp"
#include "sim/world/link.hpp"
#include "sim/world/local_clock.hpp"

#include <memory>

namespace botcore::sim {

/// Replaceable parts: tests of the checkers put broken ones in.
struct Parts {
    std::function<std::unique_ptr<Link>(Context&, VenueServer&, std::shared_ptr<Process>)> link;
    std::function<std::unique_ptr<ports::Store>(Context&, SimStore&)> store;
    std::function<std::uint64_t(std::uint64_t)> incarnation;  ///< Spoils a random one.
};

/// One process: a runtime with its connection to the exchange.
class Node final : public runtime::ReplySink {
public:
    explicit Node(Clients& clients) : process(std::make_shared<Process>()), clients_(clients) {}

    void on_reply(runtime::RequestHandle handle, runtime::ApiReply reply) override {
        if (!process->dead) clients_.on_reply(handle, reply);  // Z1
    }

    std::shared_ptr<Process> process;
    std::unique_ptr<Link> link;
    std::unique_ptr<runtime::OnlineCheck> check;  ///< Of what is right it must find nothing.
    std::unique_ptr<runtime::Runtime> runtime;
    std::optional<model::Timestamp> step_at;
    std::uint64_t terms = 0;
    std::uint64_t steps = 0;
    std::string name;        ///< Its number among all there were.
    std::uint64_t acts = 0;  ///< Handed over for the audit.

private:
    Clients& clients_;
};

class World {
public:
    explicit World(const Plan& plan, bool printed = false, Parts parts = {});

    /// Starts the process, the market and the callers.
    void boot();

    void run_for(model::Duration length);
    /// Runs until `done` says so; false when `limit` passed first.
    bool run_until(const std::function<bool()>& done, model::Duration limit);

    /// The process dies now; another one starts a moment later.
    void crash();
    /// Another process takes the shard over; the old one lives on and does not know it yet.
    void take_over();

    /// The process dies, the store is put back to what it was right after record `last`, and
    /// another process starts. The exchange knows nothing of it.
    void restore(model::Sequence last);

    /// Ends all faults and waits until nothing is under way; then audits everything.
    void quiet();

    /// Audits tables and, where all is settled, orders and money against the exchange.
    void audit();

    [[nodiscard]] Context& context() { return context_; }

    [[nodiscard]] Faults& faults() { return context_.faults; }

    [[nodiscard]] const checkers::Violations& violations() const {
        return context_.checker.violations();
    }

    [[nodiscard]] SimStore& store() { return store_; }

    [[nodiscard]] VenueServer& server() { return server_; }

    [[nodiscard]] SimMarket& market() { return market_; }

    [[nodiscard]] Clients& clients() { return clients_; }

    /// The process that leads; its runtime is absent while it is down.
    [[nodiscard]] Node& node() { return *node_; }

    [[nodiscard]] LocalClock& clock() { return clock_; }

    [[nodiscard]] runtime::Now local_now() { return clock_.read(context_.now()); }

    [[nodiscard]] bool settled();

private:
    [[nodiscard]] std::string unsettled();
    void start_node();
    void kill(Node& node);
    void bury(Node& node, model::Duration down);
    void step_later(Node& node, model::Duration delay);
    void step(Node& node);
    void after_call(Node& node);
    [[nodiscard]] bool submit(runtime::Request request);
    void fault_tick();
    void strike_machine();
    [[nodiscard]] model::Duration clock_step();
    [[nodiscard]] checkers::Rows open_rows(const runtime::Runtime& runtime) const;
    [[nodiscard]] runtime::Options options();

    Context context_;
    Parts parts_;
    base::Random random_;
    SimStore store_;
    std::unique_ptr<ports::Store> wrapped_;
    VenueServer server_;
    SimMarket market_;
    Clients clients_;
    LocalClock clock_;
    std::vector<std::unique_ptr<Node>> nodes_;  ///< All there ever were; the dead hold no runtime.
    Node* node_ = nullptr;
    Node* old_ = nullptr;
    Node* running_ = nullptr;  ///< Whose call is under way.
    bool quiet_ = false;
};

}  // namespace botcore::sim
