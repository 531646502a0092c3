#include "services/trading/standby_loop_runner.hpp"

#include "base/check.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace botcore::trading {

namespace {

/// How often the standby thread checks whether it is needed. The cost is negligible even for an
/// idle process.
constexpr std::chrono::milliseconds kLookEvery(10);

}  // namespace

struct StandbyLoopRunner::Work {
    explicit Work(boost::asio::io_context& context) : guard(context.get_executor()) {}

    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard;
};

StandbyLoopRunner::StandbyLoopRunner(boost::asio::io_context& context,
                                     std::chrono::milliseconds patience)
    : context_(context),
      work_(std::make_unique<Work>(context)),
      patience_(patience),
      loop_(std::this_thread::get_id()),
      thread_([this] { run(); }) {
}

StandbyLoopRunner::~StandbyLoopRunner() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void StandbyLoopRunner::leave() {
    if (std::this_thread::get_id() != loop_) return;
    const std::lock_guard lock(mutex_);
    holder_ = Holder::Nobody;
    away_since_ = std::chrono::steady_clock::now();
}

void StandbyLoopRunner::back() {
    if (std::this_thread::get_id() != loop_) return;
    std::unique_lock lock(mutex_);
    if (holder_ == Holder::StandbyLoopRunner) {
        wanted_back_ = true;
        boost::asio::post(context_, [] {});  // Ends the standby thread's wait for a handler.
        changed_.wait(lock, [this] { return holder_ == Holder::Nobody; });
        wanted_back_ = false;
    }
    holder_ = Holder::Loop;
}

std::uint64_t StandbyLoopRunner::activations() const {
    const std::lock_guard lock(mutex_);
    return activations_;
}

void StandbyLoopRunner::run() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
        changed_.wait_for(lock, patience_ == kNever ? std::chrono::hours(1) : kLookEvery);
        const bool needed = holder_ == Holder::Nobody &&
                            std::chrono::steady_clock::now() - away_since_ >= patience_;
        if (needed && !ending_) serve(lock);
    }
}

void StandbyLoopRunner::serve(std::unique_lock<std::mutex>& lock) {
    holder_ = Holder::StandbyLoopRunner;
    ++activations_;
    while (!wanted_back_ && !ending_) {
        lock.unlock();
        (void)context_.run_one_for(kLookEvery);
        lock.lock();
        if (context_.stopped()) break;
    }
    holder_ = Holder::Nobody;
    // The wait for `patience_` starts again: if the context has stopped, the loop's thread may
    // still be away, and the standby thread has nothing to run.
    away_since_ = std::chrono::steady_clock::now();
    changed_.notify_all();
}

namespace {

/// Releases the loop for the duration of a call.
class Absence {
public:
    explicit Absence(StandbyLoopRunner& relief) : standby_(relief) { standby_.leave(); }

    ~Absence() { standby_.back(); }

    Absence(const Absence&) = delete;
    Absence& operator=(const Absence&) = delete;

private:
    StandbyLoopRunner& standby_;
};

/// Calls the store; fails at once on the standby thread (B2).
template <class Call>
auto away(StandbyLoopRunner& relief, Call call) -> decltype(call()) {
    if (relief.is_active()) return base::Failure{ports::StoreError::Unavailable};
    const Absence absence(relief);
    return call();
}

}  // namespace

ports::StoreResult<ports::OpenState> ReleasingStore::load() {
    return away(standby_, [&] { return store_.load(); });
}

void ReleasingStore::commit(const ports::Batch& batch, ports::CommitDone done) {
    CHECK(!standby_.is_active());  // B3
    // The result is passed on only when the loop has been taken back.
    const auto in_place = std::make_shared<std::optional<ports::CommitResult>>();
    const std::weak_ptr<std::optional<ports::CommitResult>> call = in_place;
    {
        const Absence absence(standby_);
        store_.commit(batch, [call, done](ports::CommitResult result) {
            if (const auto running = call.lock()) {
                *running = result;
            } else {
                done(result);
            }
        });
    }
    if (*in_place) done(**in_place);
}

ports::StoreResult<std::optional<ports::KeyRow>> ReleasingStore::Reader::find_key(
    const model::Owner& owner, const model::IdempotencyKey& key) {
    return away(standby_, [&] { return reader_.find_key(owner, key); });
}

ports::StoreResult<std::optional<ports::LiveOrder>> ReleasingStore::Reader::find_order(
    model::OrderNumber number) {
    return away(standby_, [&] { return reader_.find_order(number); });
}

ports::StoreResult<std::vector<model::Order>> ReleasingStore::Reader::orders(
    const ports::OrderQuery& query) {
    return away(standby_, [&] { return reader_.orders(query); });
}

ports::StoreResult<std::vector<model::Fill>> ReleasingStore::Reader::fills(
    const ports::FillQuery& query) {
    return away(standby_, [&] { return reader_.fills(query); });
}

ports::StoreResult<std::vector<ports::JournalEntry>> ReleasingStore::Reader::journal(
    model::Sequence first, std::size_t limit) {
    return away(standby_, [&] { return reader_.journal(first, limit); });
}

ports::StoreResult<model::Head> ReleasingStore::Reader::head() {
    return away(standby_, [&] { return reader_.head(); });
}

base::Outcome<ports::StoreError> ReleasingStore::Reader::visit_rows(
    const ports::RowVisitor& visitor) {
    return away(standby_, [&] { return reader_.visit_rows(visitor); });
}

base::Outcome<ports::StoreError> ReleasingStore::Reader::begin_snapshot() {
    return away(standby_, [&] { return reader_.begin_snapshot(); });
}

}  // namespace botcore::trading
