#pragma once

/// Keeps the doors answering while the loop's thread is stuck in the store.
///
/// A write to a hanging disk cannot be called off, and the loop's thread commits in place (ADR 5).
/// So that thread lays the loop down before every call of the store and takes it up again
/// afterwards. When it stays away too long, a second thread takes the loop up and serves sockets
/// and timers until the first one is back (ADR 8). Nothing else is done meanwhile: no turn of the
/// runtime, no read of the store, no answer that needs either.
///
/// B1  One thread has the loop at a time: whatever runs on it needs no locks of its own.
/// B2  A call of the store from a handler that the relief runs fails at once, as Unavailable.
/// B3  The relief only runs handlers of the loop; it never steps the runtime.
/// B4  While there is a relief the context does not end for want of work: before the doors are
///     open a loop may have none, and a context that has ended runs nothing any more.
///
/// Threads: `leave` and `back` on the loop's thread, the questions on whichever has the loop.

#include "ports/store.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

namespace boost::asio {
class io_context;
}

namespace botcore::shell {

class StandbyLoopRunner {
public:
    /// The context outlives the relief; the thread that makes it is the loop's. With `kNever` the
    /// loop is never taken up.
    static constexpr std::chrono::milliseconds kNever = std::chrono::hours(1'000'000);
    explicit StandbyLoopRunner(boost::asio::io_context& context,
                               std::chrono::milliseconds patience = std::chrono::milliseconds(40));
    ~StandbyLoopRunner();
    StandbyLoopRunner(const StandbyLoopRunner&) = delete;
    StandbyLoopRunner& operator=(const StandbyLoopRunner&) = delete;

    /// The loop's thread is about to wait for the store. Other threads are not concerned.
    void leave();
    /// It is back; waits until the relief has ended the handler it is in.
    void back();

    /// Is the loop in the hands of the relief? Then the store is stuck.
    [[nodiscard]] bool is_active() const { return std::this_thread::get_id() == thread_.get_id(); }

    /// How often the relief has taken the loop up.
    [[nodiscard]] std::uint64_t activations() const;

private:
    enum class Holder : std::uint8_t { Loop, Nobody, StandbyLoopRunner };
    struct Work;

    void run();
    void serve(std::unique_lock<std::mutex>& lock);

    boost::asio::io_context& context_;
    std::unique_ptr<Work> work_;
    std::chrono::milliseconds patience_;
    std::thread::id loop_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Holder holder_ = Holder::Loop;
    std::chrono::steady_clock::time_point away_since_;
    bool wanted_back_ = false;
    bool ending_ = false;
    std::uint64_t activations_ = 0;
    std::thread thread_;
};

/// A store whose every call lays the loop down while it lasts.
class ReleasingStore final : public ports::Store {
public:
    /// Both outlive this.
    ReleasingStore(ports::Store& store, StandbyLoopRunner& relief)
        : store_(store),
          standby_(relief),
          reader_(store.reader(), relief) {}

    ports::StoreResult<ports::OpenState> load() override;
    ports::CommitResult commit(const ports::Batch& batch) override;

    /// Known without asking the disk.
    model::StorageState storage_state() override { return store_.storage_state(); }

    void maintain() override { store_.maintain(); }

    ports::StoreReader& reader() override { return reader_; }

private:
    class Reader final : public ports::StoreReader {
    public:
        Reader(ports::StoreReader& reader, StandbyLoopRunner& relief)
            : reader_(reader),
              standby_(relief) {}

        ports::StoreResult<std::optional<ports::KeyRow>> find_key(
            const model::Owner& owner, const model::IdempotencyKey& key) override;
        ports::StoreResult<std::optional<ports::LiveOrder>> find_order(
            model::OrderNumber number) override;
        ports::StoreResult<std::vector<model::Order>> orders(
            const ports::OrderQuery& query) override;
        ports::StoreResult<std::vector<model::Fill>> fills(const ports::FillQuery& query) override;
        ports::StoreResult<std::vector<ports::JournalEntry>> journal(model::Sequence first,
                                                                     std::size_t limit) override;
        ports::StoreResult<model::Head> head() override;
        base::Outcome<ports::StoreError> visit_rows(const ports::RowVisitor& visitor) override;
        base::Outcome<ports::StoreError> begin_snapshot() override;

        void end_snapshot() override { reader_.end_snapshot(); }

    private:
        ports::StoreReader& reader_;
        StandbyLoopRunner& standby_;
    };

    ports::Store& store_;
    StandbyLoopRunner& standby_;
    Reader reader_;
};

}  // namespace botcore::shell
