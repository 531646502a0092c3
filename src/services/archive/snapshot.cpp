#include "services/archive/snapshot.hpp"

#include "build_info.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <set>
#include <utility>

namespace botcore::archive {

namespace {

using Kind = ArchiveError::Kind;

constexpr std::size_t kPartBytes = std::size_t{8} << 20U;

base::Failure<ArchiveError> snapshot_failure(Kind kind, std::string object, std::string text) {
    return base::Failure{ArchiveError{kind, std::move(object), std::move(text)}};
}

base::Failure<ArchiveError> disk_failure(const std::filesystem::path& file) {
    const Kind kind = errno == ENOSPC || errno == EDQUOT ? Kind::Full : Kind::Store;
    return snapshot_failure(kind, {}, file.string() + ": " + std::strerror(errno));
}

/// SHA-256 of data that arrives in pieces.
class Digest {
public:
    Digest() : context_(EVP_MD_CTX_new()) {
        CHECK(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
    }

    void add(std::string_view bytes) {
        CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
    }

    [[nodiscard]] model::Hash finish() {
        model::Hash hash{};
        CHECK(EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) == 1);
        return hash;
    }

private:
    struct Free {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };

    std::unique_ptr<EVP_MD_CTX, Free> context_;
};

class File {
public:
    File(const std::filesystem::path& path, int flags)
        : handle_(::open(path.c_str(), flags, 0600)) {}

    ~File() {
        if (handle_ >= 0) ::close(handle_);
    }

    File(const File&) = delete;
    File& operator=(const File&) = delete;

    [[nodiscard]] bool is_open() const { return handle_ >= 0; }

    /// Reads fewer bytes than requested only at the end of the file. False if it cannot be read.
    [[nodiscard]] bool read(std::string& into, std::size_t bytes) const {
        into.resize(bytes);
        std::size_t done = 0;
        while (done < bytes) {
            const ssize_t got = ::read(handle_, into.data() + done, bytes - done);
            if (got < 0) return false;
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        into.resize(done);
        return true;
    }

    [[nodiscard]] bool write(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t put = ::write(handle_, bytes.data(), bytes.size());
            if (put < 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(put));
        }
        return true;
    }

    [[nodiscard]] bool sync() const { return ::fsync(handle_) == 0; }

private:
    int handle_;
};

struct Source {
    model::Head head;
    model::TimelineIdentity identity;
};

ArchiveResult<Source> read_source(const StorePlace& copy) {
    const auto reader = copy.stores.open_reader(copy.path);
    if (!reader) return snapshot_failure(Kind::Store, {}, reader.error());
    const auto head = reader.value()->head();
    if (!head)
        return snapshot_failure(Kind::Store, {}, copy.path.string() + ": its head cannot be read");
    const auto timeline = copy.stores.timeline_of(copy.path);
    if (!timeline) return snapshot_failure(Kind::Store, {}, timeline.error());
    Source source{head.value(), timeline.value()};
    if (source.identity.id != 0) return source;
    const auto id = names::id_from_journal(*reader.value());
    if (!id) return snapshot_failure(Kind::Store, {}, copy.path.string() + " cannot be read");
    source.identity.id = id.value();
    return source;
}

/// A snapshot on a timeline that the archive does not list would never be found.
ArchiveOutcome check_timeline(Archive& archive, const model::TimelineIdentity& identity) {
    const std::string object = names::start_name(identity.number);
    const auto start = TRY(archive.start_of(identity.number));
    if (!start) {
        return snapshot_failure(Kind::Missing,
                                object,
                                "timeline " + to_text(identity) + " of the local store is not in " +
                                    archive.place() +
                                    "; only a daemon that archives there begins it");
    }
    if (start->id != 0 && start->id != identity.id) {
        return snapshot_failure(Kind::Taken,
                                object,
                                "the archive holds timeline " +
                                    model::timeline_text(identity.number, start->id) +
                                    ", but the local store is on " + to_text(identity));
    }
    return base::Done{};
}

ArchiveOutcome check_listed(Archive& archive, const names::SnapshotName& name) {
    for (const Snapshot& snapshot : TRY(archive.snapshots(name.timeline)))
        if (snapshot.name == name) return base::Done{};
    return snapshot_failure(
        Kind::Unavailable, to_text(name), "it was stored, but the archive does not list it");
}

}  // namespace

ArchiveResult<Snapshot> put_snapshot(Archive& archive,
                                     const StorePlace& copy,
                                     base::Timestamp now,
                                     const Progress& progress) {
    const Source source = TRY(read_source(copy));
    (void)TRY(check_timeline(archive, source.identity));
    Snapshot snapshot;
    // If an interrupted attempt within the same second left parts, their name stays taken.
    for (base::Timestamp time = now;; time = time + base::Duration::seconds(1)) {
        snapshot.name = {source.identity.number, source.head.sequence, names::compact_time(time)};
        if (TRY(archive.list(to_text(snapshot.name), {})).empty()) break;
    }
    names::Manifest manifest{.sequence = source.head.sequence,
                             .hash = source.head.hash,
                             .epoch = source.head.epoch,
                             .head_time = source.head.time,
                             .created = now,
                             .software = std::string(build_info::kVersion)};
    std::error_code error;
    const std::uint64_t total = std::filesystem::file_size(copy.path, error);
    if (error)
        return snapshot_failure(Kind::Store, {}, copy.path.string() + ": " + error.message());
    const File file(copy.path, O_RDONLY | O_CLOEXEC);
    if (!file.is_open()) return disk_failure(copy.path);
    Digest digest;
    std::string part;
    while (true) {
        if (!file.read(part, kPartBytes)) return disk_failure(copy.path);
        if (part.empty()) break;
        digest.add(part);
        const std::string name = to_text(snapshot.name) + names::part_name(++manifest.parts);
        const std::string sealed = archive.seal(name, part);
        (void)TRY(archive.put_sealed(name, sealed));
        manifest.bytes += part.size();
        snapshot.bytes += sealed.size();
        if (progress) progress("stored", manifest.bytes, total);
    }
    manifest.content = digest.finish();
    (void)TRY(archive.put(to_text(snapshot.name) + "manifest", names::encode(manifest)));
    (void)TRY(check_listed(archive, snapshot.name));
    return snapshot;
}

namespace {

ArchiveOutcome fetch_parts(Archive& archive,
                           const names::SnapshotName& name,
                           const names::Manifest& manifest,
                           const std::filesystem::path& to,
                           const Progress& progress) {
    const File file(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
    if (!file.is_open()) return disk_failure(to);
    Digest digest;
    std::uint64_t bytes = 0;
    for (std::uint32_t number = 1; number <= manifest.parts; ++number) {
        const std::string part = TRY(archive.get(to_text(name) + names::part_name(number)));
        digest.add(part);
        bytes += part.size();
        if (!file.write(part)) return disk_failure(to);
        if (progress) progress("fetched", bytes, manifest.bytes);
    }
    if (!file.sync()) return disk_failure(to);
    if (bytes != manifest.bytes || digest.finish() != manifest.content) {
        return snapshot_failure(
            Kind::Damaged, to_text(name) + "manifest", "the parts do not match the manifest");
    }
    return base::Done{};
}

}  // namespace

ArchiveResult<names::Manifest> fetch_snapshot(Archive& archive,
                                              const names::SnapshotName& name,
                                              const StorePlace& to,
                                              const Progress& progress) {
    const names::Manifest manifest = TRY(archive.manifest(name));
    to.stores.remove(to.path);
    const auto fetched = fetch_parts(archive, name, manifest, to.path, progress);
    if (!fetched) {
        to.stores.remove(to.path);
        return base::Failure{fetched.error()};
    }
    return manifest;
}

ArchiveResult<std::uint64_t> remove_rubbish(Archive& archive,
                                            model::Timeline timeline,
                                            base::Timestamp now) {
    const std::string yesterday = names::compact_time(now - base::Duration::seconds(86'400));
    const auto objects = TRY(archive.list(names::snapshot_prefix(timeline), {}));
    std::set<std::string> whole;
    for (const auto& object : objects) {
        const auto part = names::parse_snapshot_part(object.name);
        if (part && part->part == "manifest") whole.insert(to_text(part->snapshot));
    }
    std::uint64_t removed = 0;
    for (const auto& object : objects) {
        const auto part = names::parse_snapshot_part(object.name);
        const bool rubbish =
            part && part->snapshot.time < yesterday && !whole.contains(to_text(part->snapshot));
        if (!rubbish) continue;
        (void)TRY(archive.remove(object.name));
        ++removed;
    }
    return removed;
}

}  // namespace botcore::archive
