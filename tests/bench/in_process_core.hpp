#pragma once

/// The real core, runtime and paper venue in this process, on a store that the caller chooses and
/// with a clock that only the caller advances. Used to record what orders write and to create long
/// histories quickly.
/// long histories quickly.

#include "adapters/exchange_paper/paper_exchange.hpp"
#include "apps/wiring/market_source.hpp"
#include "base/random.hpp"
#include "ports/forwarding_store.hpp"
#include "protocol/json_replies.hpp"
#include "runtime/runtime.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace botcore::bench {

/// Keeps a copy of each committed batch.
class RecordingStore final : public ports::ForwardingStore {
public:
    using ForwardingStore::ForwardingStore;

    void commit(const ports::Batch& batch, ports::CommitDone done) override {
        batches_.push_back(batch);
        store_.commit(batch, std::move(done));
    }

    [[nodiscard]] const std::vector<ports::Batch>& batches() const { return batches_; }

private:
    std::vector<ports::Batch> batches_;
};

class InProcessCore final : public runtime::ReplySink {
public:
    /// The store outlives this object; its existing accounts are used for trading. The clock starts
    /// `away` after the store's last record. Ends the process when the term cannot begin.
    InProcessCore(ports::Store& store, std::uint64_t seed, model::Duration away = {});

    /// Opens `count` futures accounts.
    void open_accounts(std::size_t count);

    /// Places `orders` market orders at once and runs the loop until each has its reply. Buys and
    /// sells are equally likely, so that positions stay small.
    void trade(std::size_t orders);

    void on_reply(runtime::RequestHandle handle, runtime::ApiReply reply) override;

    /// The number of replies other than 200; the first of them is in `trouble`.
    [[nodiscard]] std::uint64_t failures() const { return failures_; }

    [[nodiscard]] const std::string& trouble() const { return trouble_; }

private:
    void turn();
    void wait_for_answers();
    [[nodiscard]] model::Origin next_origin();

    model::Timestamp now_;
    model::Timestamp market_polled_;
    host::Config config_;
    exchange_paper::PaperExchange exchange_;
    std::unique_ptr<ports::MarketSource> market_;
    protocol::JsonReplies<ports::ReplyRenderer> renderer_;
    std::unique_ptr<runtime::Runtime> runtime_;
    std::vector<model::AccountId> accounts_;
    base::Random random_;
    model::Epoch term_ = 0;
    std::uint64_t asked_ = 0;
    std::uint64_t answered_ = 0;
    std::uint64_t failures_ = 0;
    std::string trouble_;
};

}  // namespace botcore::bench
