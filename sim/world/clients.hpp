#pragma once

/// Simulated callers that trade under idempotency keys, repeat requests, stop waiting, retry after
/// a crash, and occasionally use one key for two different bodies.
///
/// K1  A caller repeats a request under the same key until it has a verdict.

#include "runtime/runtime.hpp"
#include "sim/world/sim_market.hpp"
#include "sim/world/sim_store.hpp"

namespace botcore::sim {

/// One request of a caller and its replies.
struct Call {
    model::InputBody body;
    checkers::KeyName key;
    std::string hash;
    std::uint32_t asked = 0;
    bool done = false;  ///< The caller has its verdict.
    std::vector<runtime::ApiReply> replies;
};

class Clients {
public:
    Clients(Context& context, SimStore& store, const SimMarket& market);

    /// `submit` passes a request to the running process; it returns false if no process runs.
    void set_submit(std::function<bool(runtime::Request)> submit) { submit_ = std::move(submit); }

    /// Opens the accounts, then trades until `stop`.
    void start();

    void stop() { trading_ = false; }

    /// The number of accounts that the callers open.
    static constexpr std::size_t kAccounts = 4;

    /// Whether every call has ended with a verdict.
    [[nodiscard]] bool all_done() const;

    /// Creates a call under a new key, which is sent at once and repeated until it is done. Returns
    /// the number of the call.
    std::size_t call(model::InputBody body);
    /// Creates a call in the same way, but under a key that the test chooses.
    std::size_t call(model::InputBody body, const std::string& key);
    /// Sends call `number` again.
    void send(std::size_t number);

    void on_reply(runtime::RequestHandle handle, const runtime::ApiReply& reply);

    [[nodiscard]] const Call& at(std::size_t number) const { return calls_.at(number); }

    [[nodiscard]] std::size_t size() const { return calls_.size(); }

    [[nodiscard]] std::size_t placements() const { return placements_; }

    static const model::Owner kAlice;
    static const model::AccountId kAliceSpot;
    static const model::AccountId kAliceFutures;

private:
    void act_later();
    void take_action();
    void ask_again_later(std::size_t number);
    [[nodiscard]] model::InputBody choose();
    [[nodiscard]] model::InputBody choose_place();
    void attach_condition(model::PlaceOrder& order, model::Price near);
    void attach_stops(model::PlaceOrder& order, model::Price near);
    [[nodiscard]] model::InputBody choose_cancel();
    [[nodiscard]] model::InputBody choose_close();
    [[nodiscard]] model::InputBody choose_sweep();
    [[nodiscard]] model::Price around(model::Price price, std::int64_t low, std::int64_t high);
    [[nodiscard]] model::InputBody choose_money();
    [[nodiscard]] const model::Account& choose_account();
    void note_refusal(const Call& call, const std::string& body) const;
    void check_refusal(const Call& call) const;

    Context& context_;
    SimStore& store_;
    const SimMarket& market_;
    base::Random random_;
    std::function<bool(runtime::Request)> submit_;
    std::vector<Call> calls_;
    std::map<runtime::RequestHandle, std::size_t> tickets_;
    runtime::RequestHandle last_handle_ = 0;
    std::size_t placements_ = 0;
    bool trading_ = true;
    std::vector<model::Account> accounts_;
};

}  // namespace botcore::sim
