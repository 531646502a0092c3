#include "services/archive/users_copy.hpp"

#include "host/whole_file.hpp"
#include "protocol/journal.hpp"

#include <fstream>
#include <iterator>
#include <utility>

namespace botcore::archive {

namespace {

using Kind = ArchiveError::Kind;

base::Failure<ArchiveError> failure(std::string text) {
    return base::Failure{ArchiveError{Kind::Store, {}, std::move(text)}};
}

/// The copies of the users file in order of time, since their names begin with the time.
ArchiveResult<std::vector<ports::StoredObject>> copies(Archive& archive, model::Timeline timeline) {
    return archive.list(names::users_prefix(timeline), {});
}

}  // namespace

ArchiveResult<std::int64_t> UsersCopy::version() {
    if (changes_ == nullptr) {
        auto opened = users_.stores.watch(users_.path);
        if (!opened) return failure(opened.error());
        changes_ = std::move(opened).value();
    }
    const auto version = changes_->read();
    if (!version) {
        changes_.reset();
        return failure(version.error());
    }
    return version.value();
}

ArchiveOutcome UsersCopy::step(base::Timestamp now) {
    const auto there = host::is_there(users_.path);
    if (!there) return failure(there.error());
    if (!there.value()) return base::Done{};
    const std::int64_t version = TRY(this->version());
    if (copied_ == version) return base::Done{};
    (void)TRY(put(now));
    copied_ = version;
    return base::Done{};
}

ArchiveOutcome UsersCopy::put(base::Timestamp now) {
    const std::filesystem::path scratch = folder_ / "users-copy.sqlite";
    const auto copied = users_.stores.copy(users_.path, scratch, ports::CopyPace::Full, {});
    if (!copied) return failure(copied.error());
    std::ifstream file(scratch, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    const bool whole = !file.bad() && !bytes.empty();
    users_.stores.remove(scratch);
    if (!whole) return failure(scratch.string() + " cannot be read");
    const std::string ending = "-" + protocol::to_hex(protocol::hash_of(bytes)).substr(0, 8);
    const auto there = TRY(copies(archive_, timeline_));
    if (!there.empty() && there.back().name.ends_with(ending)) return base::Done{};
    return archive_.put(names::users_prefix(timeline_) + names::compact_time(now) + ending, bytes);
}

ArchiveResult<bool> fetch_users(Archive& archive,
                                model::Timeline timeline,
                                const std::filesystem::path& to) {
    for (; timeline >= model::kFirstTimeline; --timeline) {
        const auto there = TRY(copies(archive, timeline));
        if (there.empty()) continue;
        const std::string bytes = TRY(archive.get(there.back().name));
        const std::filesystem::path part = to.string() + "-part";
        std::ofstream file(part, std::ios::binary | std::ios::trunc);
        std::filesystem::permissions(
            part, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        file.close();
        std::error_code error;
        if (file) std::filesystem::rename(part, to, error);
        if (!file || error) return failure(to.string() + " cannot be written");
        return true;
    }
    return false;
}

ArchiveOutcome prune_users(Archive& archive, model::Timeline timeline, std::size_t kept) {
    const auto there = TRY(copies(archive, timeline));
    for (std::size_t i = 0; i + kept < there.size(); ++i)
        (void)TRY(archive.remove(there.at(i).name));
    return base::Done{};
}

}  // namespace botcore::archive
