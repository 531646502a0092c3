#pragma once

/// The simulated world: the real core and runtime with a store, an exchange, a market, a clock and
/// callers that all misbehave as the plan says, in one thread and virtual time.
///
///   boot ──> faults and safety ──quiet──> no faults, liveness ──> audit
///
/// Z1  A dead process sends and receives nothing; what it had committed remains.
/// Z2  The same plan gives the same run, event by event.

#include "ports/reply_renderer.hpp"
#include "protocol/json_replies.hpp"
#include "runtime/online_check.hpp"
#include "sim/world/clients.hpp"
#include "sim/world/link.hpp"
#include "sim/world/local_clock.hpp"

#include <memory>

namespace botcore::sim {

/// The replaceable parts of a world: tests of the checkers install broken parts.
struct Parts {
    std::function<std::unique_ptr<Link>(Context&, VenueServer&, std::shared_ptr<Process>)> link;
    std::function<std::unique_ptr<ports::Store>(Context&, SimStore&)> store;
    std::function<std::uint64_t(std::uint64_t)> incarnation;  ///< Modifies the random incarnation.
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
    std::unique_ptr<runtime::OnlineCheck> check;  ///< Must report no findings in a correct run.
    std::unique_ptr<runtime::Runtime> runtime;
    std::optional<model::Timestamp> step_at;
    std::uint64_t terms = 0;
    std::uint64_t steps = 0;
    std::string name;                ///< Its number among all processes of the run.
    std::uint64_t audit_events = 0;  ///< The number of audit events passed to it.

private:
    Clients& clients_;
};

class World {
public:
    explicit World(const Plan& plan, bool printed = false, Parts parts = {});

    /// Starts the process, the market and the callers.
    void boot();

    void run_for(model::Duration length);
    /// Runs until `done` returns true; returns false if `limit` has passed before.
    bool run_until(const std::function<bool()>& done, model::Duration limit);

    /// The process crashes now; another process starts shortly afterwards.
    void crash();
    /// Another process takes the shard over; the old process keeps running and does not know it.
    void take_over();

    /// The process crashes, the store is set back to its content right after record `last`, and
    /// another process starts. The exchange keeps its own state.
    void restore(model::Sequence last);

    /// The process crashes, and the next one finds a row of this account in doubt. An operator
    /// frees the account after some seconds.
    void put_in_doubt(const model::AccountId& account);

    /// The process crashes and the store loses the records after `last`, which its archive has.
    /// After some seconds an operator accepts the loss or restores the store from the archive.
    void lose_records(model::Sequence last);

    /// Ends all faults, waits until no work is in progress, then audits everything.
    void quiet();

    /// Audits the tables and, when everything is settled, orders and money against the exchange.
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

    /// The current process; its runtime is absent while it is down.
    [[nodiscard]] Node& node() { return *node_; }

    [[nodiscard]] LocalClock& clock() { return clock_; }

    [[nodiscard]] model::Now local_now() { return clock_.read(context_.now()); }

    [[nodiscard]] bool settled();

private:
    [[nodiscard]] std::string unsettled();
    void start_node();
    void kill(Node& node);
    void complete_later(std::function<void()> commit);
    void free_memory(Node& node, model::Duration down);
    void step_later(Node& node, model::Duration delay);
    void step(Node& node);
    void after_call(Node& node);
    [[nodiscard]] bool submit(runtime::Request request);
    void fault_tick();
    void strike_machine();
    void strike_store();
    /// All processes die, and `change` is made to the store before another one starts.
    void change_store(const std::function<void()>& change);
    void end_loss();
    void operator_tick();
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
    /// All processes of the run; the dead ones have no runtime.
    std::vector<std::unique_ptr<Node>> nodes_;
    Node* node_ = nullptr;
    Node* old_ = nullptr;
    Node* running_ = nullptr;  ///< The process whose call is in progress.
    protocol::JsonReplies<ports::ReplyRenderer> replies_;
    std::uint64_t store_changes_ = 0;  ///< How often the store was replaced or set back.
    bool quiet_ = false;
    model::Sequence all_open_at_ = 0;  ///< A record at which all accounts were open.
    /// The contents of the archive while the store is behind it.
    std::optional<SimStore::Tables> archive_;
    /// The operator's call that is under way; it exists from the first row in doubt on.
    std::optional<std::size_t> operator_call_;
    bool operator_present_ = false;
};

}  // namespace botcore::sim
