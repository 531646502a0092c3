#pragma once

/// Audit events and the findings of checks on their way into the journal. Each is recorded once and
/// in order, whatever commits fail: an entry stays here until it is known to be durable.
///
/// Threads: one at a time.

#include "base/check.hpp"
#include "model/input.hpp"
#include "model/record.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace botcore::runtime {

inline constexpr std::size_t kAuditEventsMax = 1'000;

/// The maximum number of entries in one batch; the limit keeps them from delaying orders.
inline constexpr std::size_t kAuditEventsPerBatch = 64;

class AuditQueue {
public:
    /// False when `kAuditEventsMax` entries already wait.
    [[nodiscard]] bool push(model::InputBody entry) {
        if (entries_.size() >= kAuditEventsMax) return false;
        entries_.push_back(std::move(entry));
        return true;
    }

    /// The next entry for the batch that is being built; `nullptr` when there is none, or when the
    /// batch has its share.
    [[nodiscard]] const model::InputBody* next() {
        if (in_batch_ == entries_.size() || in_batch_ == kAuditEventsPerBatch) return nullptr;
        return &entries_[in_batch_++];
    }

    /// A batch begins.
    void begin_batch() { CHECK(in_batch_ == 0); }

    /// The batch is durable: its entries leave the queue.
    void batch_committed() {
        entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(in_batch_));
        in_batch_ = 0;
        in_doubt_.reset();
    }

    /// The batch, which ends with `head`, may or may not be durable.
    void batch_in_doubt(const model::Head& head) {
        if (in_batch_ != 0) in_doubt_ = head;
    }

    /// The head of the batch whose outcome is to be found in the journal, if there is one.
    [[nodiscard]] const std::optional<model::Head>& in_doubt() const { return in_doubt_; }

    /// The batch is not durable: its entries belong to the next one.
    void batch_lost() {
        in_batch_ = 0;
        in_doubt_.reset();
    }

    [[nodiscard]] std::size_t size() const { return entries_.size(); }

    [[nodiscard]] bool empty() const { return entries_.empty(); }

private:
    std::deque<model::InputBody> entries_;
    std::size_t in_batch_ = 0;  ///< How many of them, from the front, are in the newest batch.
    std::optional<model::Head> in_doubt_;
};

}  // namespace botcore::runtime
