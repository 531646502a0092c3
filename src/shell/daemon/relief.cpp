#include "shell/daemon/relief.hpp"

#include "base/check.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace botcore::shell {

namespace {

/// How often the relief looks whether it is needed; of no weight for an idle process.
constexpr std::chrono::milliseconds kLookEvery(10);

}  // namespace

struct Relief::Work {
    explicit Work(boost::asio::io_context& context) : guard(context.get_executor()) {}

    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard;
};

Relief::Relief(boost::asio::io_context& context, std::chrono::milliseconds patience)
    : context_(context),
      work_(std::make_unique<Work>(context)),
      patience_(patience),
      loop_(std::this_thread::get_id()),
      thread_([this] { run(); }) {
}

Relief::~Relief() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Relief::leave() {
    if (std::this_thread::get_id() != loop_) return;
    const std::lock_guard lock(mutex_);
    holder_ = Holder::Nobody;
    away_since_ = std::chrono::steady_clock::now();
}

void Relief::back() {
    if (std::this_thread::get_id() != loop_) return;
    std::unique_lock lock(mutex_);
    if (holder_ == Holder::Relief) {
        wanted_back_ = true;
        boost::asio::post(context_, [] {});  // Ends its wait for a handler.
        changed_.wait(lock, [this] { return holder_ == Holder::Nobody; });
        wanted_back_ = false;
    }
    holder_ = Holder::Loop;
}

std::uint64_t Relief::duties() const {
    const std::lock_guard lock(mutex_);
    return duties_;
}

void Relief::run() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
        changed_.wait_for(lock, patience_ == kNever ? std::chrono::hours(1) : kLookEvery);
        const bool needed = holder_ == Holder::Nobody &&
                            std::chrono::steady_clock::now() - away_since_ >= patience_;
        if (needed && !ending_) serve(lock);
    }
}

void Relief::serve(std::unique_lock<std::mutex>& lock) {
    holder_ = Holder::Relief;
    ++duties_;
    while (!wanted_back_ && !ending_) {
        lock.unlock();
        (void)context_.run_one_for(kLookEvery);
        lock.lock();
        if (context_.stopped()) break;
    }
    holder_ = Holder::Nobody;
    // Where the process is ending the loop may stay away: nobody serves it any more.
    away_since_ = std::chrono::steady_clock::now();
    changed_.notify_all();
}

namespace {

/// Lays the loop down for the length of a call.
class Absence {
public:
    explicit Absence(Relief& relief) : relief_(relief) { relief_.leave(); }

    ~Absence() { relief_.back(); }

    Absence(const Absence&) = delete;
    Absence& operator=(const Absence&) = delete;

private:
    Relief& relief_;
};

/// Calls the store, or fails at once for the relief (B2).
template <class Call>
auto away(Relief& relief, Call call) -> decltype(call()) {
    if (relief.is_on_duty()) return base::Failure{ports::StoreError::Unavailable};
    const Absence absence(relief);
    return call();
}

}  // namespace

ports::StoreResult<ports::OpenState> RelievedStore::load() {
    return away(relief_, [&] { return store_.load(); });
}

ports::CommitResult RelievedStore::commit(const ports::Batch& batch) {
    CHECK(!relief_.is_on_duty());  // B3
    const Absence absence(relief_);
    return store_.commit(batch);
}

ports::StoreResult<std::optional<ports::KeyRow>> RelievedStore::Reader::find_key(
    const model::Owner& owner, const model::IdempotencyKey& key) {
    return away(relief_, [&] { return reader_.find_key(owner, key); });
}

ports::StoreResult<std::optional<ports::LiveOrder>> RelievedStore::Reader::find_order(
    model::OrderNumber number) {
    return away(relief_, [&] { return reader_.find_order(number); });
}

ports::StoreResult<std::vector<model::Order>> RelievedStore::Reader::orders(
    const ports::OrderQuery& query) {
    return away(relief_, [&] { return reader_.orders(query); });
}

ports::StoreResult<std::vector<model::Fill>> RelievedStore::Reader::fills(
    const ports::FillQuery& query) {
    return away(relief_, [&] { return reader_.fills(query); });
}

ports::StoreResult<std::vector<ports::JournalEntry>> RelievedStore::Reader::journal(
    model::Sequence first, std::size_t limit) {
    return away(relief_, [&] { return reader_.journal(first, limit); });
}

ports::StoreResult<model::Head> RelievedStore::Reader::head() {
    return away(relief_, [&] { return reader_.head(); });
}

base::Outcome<ports::StoreError> RelievedStore::Reader::visit_rows(
    const ports::RowVisitor& visitor) {
    return away(relief_, [&] { return reader_.visit_rows(visitor); });
}

base::Outcome<ports::StoreError> RelievedStore::Reader::begin_snapshot() {
    return away(relief_, [&] { return reader_.begin_snapshot(); });
}

}  // namespace botcore::shell
