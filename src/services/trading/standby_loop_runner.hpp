#pragma once

/// Runs the event loop on a standby thread while the loop's own thread waits for a hanging store,
/// so that the servers still respond.
///
/// A write to a hanging disk cannot be canceled, and the loop's thread itself commits (ADR 5). The
/// loop's thread therefore releases the loop before every call of the store and takes it back
/// afterwards. If the call takes too long, the standby thread takes the loop and serves sockets and
/// timers until the loop's thread is back (ADR 8). Meanwhile no turn of the runtime runs, the store
/// is not read, and no request that needs either of them gets its response.
///
/// B1  Only one thread runs the loop at a time, so handlers of the loop need no locks of their own.
/// B2  A store call from a handler that the standby thread runs fails at once, as Unavailable.
/// B3  The standby thread only runs handlers of the loop; it never steps the runtime.
/// B4  While a StandbyLoopRunner exists, the context does not stop because it has no work: before
///     the listeners are open the loop may have none, and a stopped context runs no handlers.
///
/// Threads: `leave` and `back` on the loop's thread (calls from other threads do nothing),
/// `is_active` and `activations` on any thread.
/// @spec:NFR-RELIABILITY-004

#include "ports/forwarding_store.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

namespace boost::asio {
class io_context;
}

namespace botcore::trading {

class StandbyLoopRunner {
public:
    /// A `patience` with which the standby thread never takes the loop.
    static constexpr std::chrono::milliseconds kNever = std::chrono::hours(1'000'000);
    /// The context must outlive this object. The thread that constructs this object is the loop's
    /// thread. The standby thread takes the loop when a store call has lasted for `patience`.
    explicit StandbyLoopRunner(boost::asio::io_context& context,
                               std::chrono::milliseconds patience = std::chrono::milliseconds(40));
    ~StandbyLoopRunner();
    StandbyLoopRunner(const StandbyLoopRunner&) = delete;
    StandbyLoopRunner& operator=(const StandbyLoopRunner&) = delete;

    /// Releases the loop: the loop's thread is about to wait for the store.
    void leave();
    /// Takes the loop back. Waits until the standby thread has finished its current handler.
    void back();

    /// Whether the calling thread is the standby thread; then the store hangs.
    [[nodiscard]] bool is_active() const { return std::this_thread::get_id() == thread_.get_id(); }

    /// How many times the standby thread has taken over the loop.
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

/// A store decorator that releases the loop during `load`, `commit` and each read, but not during
/// `storage_state`, which is known without an access to the disk.
class ReleasingStore final : public ports::ForwardingStore {
public:
    /// Both must outlive this object.
    ReleasingStore(ports::Store& store, StandbyLoopRunner& relief)
        : ForwardingStore(store),
          standby_(relief),
          reader_(store.reader(), relief) {}

    ports::StoreResult<ports::OpenState> load() override;
    void commit(const ports::Batch& batch, ports::CommitDone done) override;

    ports::StoreReader& reader() override { return reader_; }

private:
    class Reader final : public ports::ForwardingReader {
    public:
        Reader(ports::StoreReader& reader, StandbyLoopRunner& relief)
            : ForwardingReader(reader),
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

    private:
        StandbyLoopRunner& standby_;
    };

    StandbyLoopRunner& standby_;
    Reader reader_;
};

}  // namespace botcore::trading
