#pragma once

/// Tracks for each account which journal record changed the account last, so that the keys of
/// cached responses can express what the responses depend on (ports/cache.hpp, K2).
///
/// A1  Two stamps of an account are equal only if no record between them changed the account.
/// A2  This also holds if records were missed: while the newest record received is not the
///     journal's head, the head itself is the stamp, and every record changes the head.
/// A3  A stamp contains the random incarnation of the writer's term: another installation, a
///     restored journal or the next term never reads what this term wrote.
///
/// Threads: the loop's only.

#include "runtime/runtime.hpp"

#include <map>
#include <string>
#include <vector>

namespace botcore::api {

class AccountChanges final : public runtime::CommitListener {
public:
    void on_committed(const std::vector<model::Record>& records) override;

    /// `incarnation` and `head` are the runtime's current ones.
    [[nodiscard]] std::string stamp(const model::AccountId& account,
                                    std::uint64_t incarnation,
                                    model::Sequence head) const;

private:
    std::map<model::AccountId, model::Sequence> last_;
    model::Sequence seen_ = 0;
    /// The first record since which all records up to `seen_` were received without a gap.
    model::Sequence gapless_since_ = 0;
};

}  // namespace botcore::api
