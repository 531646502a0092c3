#pragma once

/// A store that completes a commit only when the test says so, like a database on another machine.

#include "base/check.hpp"
#include "ports/forwarding_store.hpp"

#include <atomic>
#include <functional>
#include <utility>

namespace botcore::conformance {

class LateStore final : public ports::ForwardingStore {
public:
    using ForwardingStore::ForwardingStore;

    void commit(const ports::Batch& batch, ports::CommitDone done) override {
        if (!held) return ForwardingStore::commit(batch, std::move(done));
        CHECK(!holds());  // S4
        waiting_ = [this, &batch, done = std::move(done)] { ForwardingStore::commit(batch, done); };
    }

    /// Whether a commit waits for `complete`.
    [[nodiscard]] bool holds() const { return waiting_ != nullptr; }

    /// Commits the waiting batch; on the thread that called `commit`.
    void complete() { std::exchange(waiting_, nullptr)(); }

    std::atomic<bool> held{false};  ///< Commits wait for `complete`.

private:
    std::function<void()> waiting_;
};

}  // namespace botcore::conformance
