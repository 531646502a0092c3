#pragma once

/// Knows for each account which journal record touched it last, so that keys of cached answers can
/// say what they depend on (ports/cache.hpp, K2).
///
/// A1  Two stamps of an account are equal only if no record between them touched the account.
/// A2  It holds when records went by unseen, too: while the newest record it was told of is not the
///     journal's head, the head itself is the stamp, and every record changes that.
/// A3  A stamp names the writer's term by its random incarnation: another installation, a restored
///     journal or the next term never reads what this one wrote.
///
/// Threads: the loop thread only.

#include "runtime/runtime.hpp"

#include <map>
#include <string>
#include <vector>

namespace botcore::shell::cache {

class AccountChanges final : public runtime::CommitListener {
public:
    void on_committed(const std::vector<model::Record>& records) override;

    /// `incarnation` and `head` as the runtime has them now.
    [[nodiscard]] std::string stamp(const model::AccountId& account,
                                    std::uint64_t incarnation,
                                    model::Sequence head) const;

private:
    std::map<model::AccountId, model::Sequence> last_;
    model::Sequence seen_ = 0;
    /// The first record that it was told of without a hole up to `seen_`.
    model::Sequence whole_from_ = 0;
};

}  // namespace botcore::shell::cache
