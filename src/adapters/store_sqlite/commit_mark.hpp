#pragma once

/// The newest durable record of the store, noted outside the store: a small file that is written
/// after each durable commit, without a sync of its own. It is never ahead of the store, so a mark
/// beyond the head proves that acknowledged records are missing: a log was damaged, cut or removed,
/// or an older copy of the database is in its place. A mark that is behind proves nothing.
///
/// A copy of the whole data folder includes the mark; only the archive can detect a loss then.
///
/// Threads: the thread that commits.

#include "base/result.hpp"
#include "model/record.hpp"
#include "model/timeline.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::store_sqlite {

class CommitMark {
public:
    struct Mark {
        std::string timeline;  ///< Number and id as text.
        model::Sequence sequence = 0;
        model::Hash hash{};

        friend bool operator==(const Mark&, const Mark&) = default;
    };

    /// The name of a timeline in a mark. A first timeline gets its id from its first record and has
    /// none before, so its number is sufficient.
    [[nodiscard]] static std::string name_of(const model::TimelineIdentity& timeline);

    /// The path of the mark beside the database `store`.
    [[nodiscard]] static std::filesystem::path path_of(const std::filesystem::path& store);

    /// Reads the mark of a store; empty if there is none, or no complete one. An error if the file
    /// exists but cannot be read: then it is unknown what is missing.
    [[nodiscard]] static base::Result<std::optional<Mark>, std::string> read(
        const std::filesystem::path& store);

    /// Removes a mark that no longer applies to the store: after a restore, or when an operator has
    /// accepted a loss.
    static void remove(const std::filesystem::path& store);

    /// Says what the mark proves to be missing from a store that ends with `head`; empty for
    /// nothing. `ours` is the hash of the store's record `mark->sequence`, if it has that record.
    [[nodiscard]] static std::string missing(const std::optional<Mark>& mark,
                                             std::string_view timeline,
                                             const model::Head& head,
                                             const std::optional<model::Hash>& ours);

    CommitMark() = default;
    /// Opens the file for writing; if that fails, no marks are written.
    CommitMark(const std::filesystem::path& store, std::string timeline);
    ~CommitMark();
    CommitMark(const CommitMark&) = delete;
    CommitMark& operator=(const CommitMark&) = delete;

    /// Call it when `head` is durable. A failed write does not fail the commit; the next commit
    /// writes again.
    void write(const model::Head& head) const;

private:
    int file_ = -1;
    std::string timeline_;
};

}  // namespace botcore::store_sqlite
