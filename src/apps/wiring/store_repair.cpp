#include "apps/wiring/store_repair.hpp"

#include "adapters/store_sqlite/commit_mark.hpp"
#include "adapters/store_sqlite/file_reader.hpp"
#include "adapters/store_sqlite/rebuild.hpp"

#include <optional>
#include <utility>

namespace botcore::apps {

using store_sqlite::CommitMark;

ports::StoreResult<ports::OpenState> load_store(const std::filesystem::path& store) {
    auto session = store_sqlite::open_session(store);
    if (!session) return base::Failure{ports::StoreError::Unavailable};
    return std::move(session).value().load();
}

base::Result<std::string, std::string> missing_by_mark(const std::filesystem::path& store,
                                                       const model::TimelineIdentity& timeline,
                                                       const model::Head& head) {
    const auto mark = TRY(CommitMark::read(store));
    if (!mark) return std::string();
    std::optional<model::Hash> ours;
    const auto reader = store_sqlite::open_reader(store);
    if (reader) {
        const auto entries = reader.value()->journal(mark->sequence, 1);
        const bool there = entries && !entries.value().empty() &&
                           entries.value().front().sequence == mark->sequence;
        if (there) ours = entries.value().front().hash;
    }
    return CommitMark::missing(mark, CommitMark::name_of(timeline), head, ours);
}

void remove_mark(const std::filesystem::path& store) {
    CommitMark::remove(store);
}

base::Result<RebuiltStore, std::string> rebuild_store(const std::filesystem::path& store,
                                                      const runtime::RebuildProgress& progress) {
    auto made = TRY(store_sqlite::rebuild(store, progress));
    return RebuiltStore{made.head, std::move(made.old_file)};
}

}  // namespace botcore::apps
