#pragma once

/// The real core, runtime and paper venue in this process, over a store that the caller chooses and
/// on a clock that only moves when it is told to: for recording what orders write, and for making
/// long histories quickly.

#include "base/random.hpp"
#include "runtime/runtime.hpp"
#include "shell/daemon/market_source.hpp"
#include "shell/paper/paper_exchange.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace botcore::bench {

/// Passes everything on and keeps a copy of each batch that was committed.
class RecordingStore final : public ports::Store {
public:
    /// The store outlives this.
    explicit RecordingStore(ports::Store& store) : store_(store) {}

    ports::StoreResult<ports::OpenState> load() override { return store_.load(); }

    ports::CommitResult commit(const ports::Batch& batch) override {
        batches_.push_back(batch);
        return store_.commit(batch);
    }

    model::StorageState storage_state() override { return store_.storage_state(); }

    void maintain() override { store_.maintain(); }

    ports::StoreReader& reader() override { return store_.reader(); }

    [[nodiscard]] const std::vector<ports::Batch>& batches() const { return batches_; }

private:
    ports::Store& store_;
    std::vector<ports::Batch> batches_;
};

class InProcessCore final : public runtime::ReplySink {
public:
    /// The store outlives this; accounts that it has are traded on. Ends the process when the term
    /// does not begin. So long after the store's last record does it start.
    InProcessCore(ports::Store& store, std::uint64_t seed, model::Duration away = {});

    /// Opens `count` futures accounts.
    void open_accounts(std::size_t count);

    /// Places so many market orders at once and turns the loop until each has its answer. Buys and
    /// sells are equally likely, so that positions stay small.
    void trade(std::size_t orders);

    void on_reply(runtime::RequestHandle handle, runtime::ApiReply reply) override;

    /// Answers other than 200; the first of them is in `trouble`.
    [[nodiscard]] std::uint64_t failures() const { return failures_; }

    [[nodiscard]] const std::string& trouble() const { return trouble_; }

private:
    void turn();
    void wait_for_answers();
    [[nodiscard]] model::Origin next_origin();

    model::Timestamp now_;
    model::Timestamp market_polled_;
    shell::Config config_;
    shell::PaperExchange exchange_;
    std::unique_ptr<shell::MarketSource> market_;
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
