#pragma once

/// How far the store had come, outside of the store: a small file that is written after each
/// durable commit, without a sync of its own. It is never ahead of the store, so that a mark beyond
/// the head proves that acknowledged records are missing: a log that was damaged, cut or removed,
/// or an older copy of the database in its place. A mark that is behind proves nothing.
///
/// A copy of the whole data folder takes the mark along; only the archive can tell then.
///
/// Threads: the thread that commits.

#include "base/result.hpp"
#include "model/record.hpp"
#include "runtime/archive/names.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::shell::sqlite {

class CommitMark {
public:
    struct Mark {
        std::string timeline;  ///< Number and id, as text.
        model::Sequence sequence = 0;
        model::Hash hash{};

        friend bool operator==(const Mark&, const Mark&) = default;
    };

    /// How a mark names a timeline. A first timeline gets its id from its first record, and has
    /// none before: its number is enough.
    [[nodiscard]] static std::string name_of(const runtime::archive::TimelineIdentity& timeline);

    /// Beside the database `store`.
    [[nodiscard]] static std::filesystem::path path_of(const std::filesystem::path& store);

    /// The mark of a store; nothing where there is none, or none that is whole. An error where
    /// there is one, but it cannot be read: nobody knows then what is missing.
    [[nodiscard]] static base::Result<std::optional<Mark>, std::string> read(
        const std::filesystem::path& store);

    /// The mark says no more of this store: after a restore, or when an operator has accepted a
    /// loss.
    static void remove(const std::filesystem::path& store);

    /// What the mark proves to be missing from a store that ends with `head`, and whose record
    /// `mark->sequence` has the hash `ours`, if it has one; empty: nothing.
    [[nodiscard]] static std::string missing(const std::optional<Mark>& mark,
                                             std::string_view timeline,
                                             const model::Head& head,
                                             const std::optional<model::Hash>& ours);

    CommitMark() = default;
    /// Opens the file for writing; without it nothing is marked.
    CommitMark(const std::filesystem::path& store, std::string timeline);
    ~CommitMark();
    CommitMark(const CommitMark&) = delete;
    CommitMark& operator=(const CommitMark&) = delete;

    /// `head` is durable. A failure is no failure of the commit: the next one writes again.
    void write(const model::Head& head) const;

private:
    int file_ = -1;
    std::string timeline_;
};

}  // namespace botcore::shell::sqlite
