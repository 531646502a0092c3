#include "services/archive/export.hpp"

#include "base/check.hpp"
#include "host/durable_file.hpp"
#include "services/archive/restore.hpp"
#include "services/archive/users_copy.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <utility>

namespace botcore::archive {

namespace fs = std::filesystem;

namespace {

using Kind = ArchiveError::Kind;

constexpr std::size_t kBlock = 512;
constexpr std::size_t kSecondsDigits = 11;

base::Failure<ArchiveError> failed(Kind kind, std::string text) {
    return base::Failure{ArchiveError{kind, {}, std::move(text)}};
}

std::string octal(std::uint64_t number, std::size_t digits) {
    std::string text(digits, '0');
    for (auto place = text.rbegin(); place != text.rend() && number > 0; ++place) {
        *place = static_cast<char>('0' + number % 8);
        number /= 8;
    }
    return text;
}

/// The header of a file in the ustar format (POSIX.1-1988).
std::string tar_header(const std::string& name, std::uint64_t bytes, base::Timestamp time) {
    constexpr std::size_t kNameMax = 100;
    constexpr std::size_t kSumPlace = 148;
    CHECK(name.size() <= kNameMax);
    std::string header(kBlock, '\0');
    const auto put = [&header](std::size_t place, std::string_view text) {
        header.replace(place, text.size(), text);
    };
    put(0, name);
    put(100, octal(0600, 7));
    put(108, octal(0, 7));
    put(116, octal(0, 7));
    put(124, octal(bytes, kSecondsDigits));
    const std::int64_t seconds = std::max<std::int64_t>(0, time.in_microseconds() / 1'000'000);
    put(136, octal(static_cast<std::uint64_t>(seconds), kSecondsDigits));
    put(kSumPlace, "        ");
    put(156, "0");
    put(257, std::string_view("ustar\00000", 8));
    const auto sum = std::accumulate(
        header.begin(), header.end(), std::uint64_t{0}, [](std::uint64_t total, char c) {
            return total + static_cast<unsigned char>(c);
        });
    put(kSumPlace, octal(sum, 6));
    header[kSumPlace + 6] = '\0';
    return header;
}

class GzipFile {
public:
    explicit GzipFile(const fs::path& path) : path_(path) {
        const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (file < 0) {
            error_ = std::strerror(errno);
            return;
        }
        // Lowest compression level: sealed bytes cannot be compressed further.
        gzip_ = ::gzdopen(file, "wb1");
        if (gzip_ == nullptr) ::close(file);
    }

    ~GzipFile() {
        if (gzip_ != nullptr) (void)::gzclose(gzip_);
    }

    GzipFile(const GzipFile&) = delete;
    GzipFile& operator=(const GzipFile&) = delete;

    /// Only the first error is reported; later writes are skipped.
    void write(std::string_view bytes) {
        if (gzip_ == nullptr || !error_.empty() || bytes.empty()) return;
        const int size = static_cast<int>(bytes.size());
        if (::gzwrite(gzip_, bytes.data(), static_cast<unsigned>(size)) == size) return;
        int kind = 0;
        error_ = ::gzerror(gzip_, &kind);
    }

    /// Syncs everything to stable storage, or returns the first error.
    [[nodiscard]] ArchiveOutcome finish() {
        const bool closed = gzip_ != nullptr && ::gzclose(std::exchange(gzip_, nullptr)) == Z_OK;
        const host::Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
        const bool synced = closed && file.is_open() && ::fsync(file.number()) == 0;
        if (error_.empty() && synced) return base::Done{};
        return failed(
            Kind::Store,
            path_.string() + " cannot be written" + (error_.empty() ? "" : ": " + error_));
    }

private:
    fs::path path_;
    gzFile gzip_ = nullptr;
    std::string error_;
};

ArchiveOutcome pack(ports::Repository& from, const fs::path& to, base::Timestamp now) {
    GzipFile file(to);
    const auto objects = from.list({}, {});
    if (!objects) return failed(Kind::Store, objects.error().text);
    for (const auto& object : objects.value()) {
        const auto bytes = from.get(object.name);
        if (!bytes) return failed(Kind::Store, bytes.error().text);
        file.write(tar_header(object.name, bytes.value().size(), now));
        file.write(bytes.value());
        file.write(std::string((kBlock - bytes.value().size() % kBlock) % kBlock, '\0'));
    }
    file.write(std::string(2 * kBlock, '\0'));
    return file.finish();
}

/// Gives the file its final name, which must not exist yet.
ArchiveOutcome publish(const fs::path& part, const fs::path& file) {
    if (::link(part.c_str(), file.c_str()) != 0) {
        const int error = errno;
        if (error == EEXIST) return failed(Kind::Taken, file.string() + " already exists");
        return failed(Kind::Store, file.string() + ": " + std::strerror(error));
    }
    const auto synced = host::sync_folder(file.parent_path());
    if (!synced) return failed(Kind::Store, synced.error());
    return base::Done{};
}

/// Puts the start of the store's timeline, a snapshot of the current store, and a copy of the users
/// file into the archive.
ArchiveResult<Export> fill(Archive& archive,
                           const ExportPlan& plan,
                           base::Timestamp now,
                           const Progress& progress) {
    const StorePlace copy{plan.stores, plan.scratch / "copy.db"};
    const auto copied = plan.stores.copy(plan.store, copy.path, ports::CopyPace::Gentle, {});
    if (!copied) return failed(Kind::Store, copied.error());
    const auto told = plan.stores.timeline_of(copy.path);
    const auto reader = plan.stores.open_reader(copy.path);
    if (!told) return failed(Kind::Store, told.error());
    if (!reader) return failed(Kind::Store, reader.error());
    const auto from_journal = names::id_from_journal(*reader.value());
    if (!from_journal) return failed(Kind::Store, copy.path.string() + " cannot be read");
    model::TimelineIdentity identity = told.value();
    if (identity.id == 0) identity.id = from_journal.value();
    (void)TRY(archive.begin_timeline(
        identity.number, {.created = now, .id = identity.id, .ancestors = identity.ancestors}));
    Export done;
    done.snapshot = TRY(put_snapshot(archive, copy, now, progress));
    done.state_hash = TRY(verify_snapshot(
        archive, done.snapshot.name, {plan.stores, plan.scratch / "verify.db"}, now, progress));
    done.snapshot.verified = true;
    (void)TRY(
        UsersCopy({plan.stores, plan.users}, plan.scratch, archive, identity.number).step(now));
    return done;
}

ArchiveResult<Export> export_within(const ExportPlan& plan,
                                    const ArchiveKey& key,
                                    base::Timestamp now,
                                    const Progress& progress) {
    auto repository = plan.make_repository(plan.scratch / "repository");
    if (!repository) return failed(Kind::Store, repository.error());
    Archive archive(*repository.value(), key);
    Export done = TRY(fill(archive, plan, now, progress));
    done.file = plan.folder / ("backup-" + names::compact_time(now).substr(0, 8) + ".gz");
    const fs::path part = done.file.string() + ".part";
    std::error_code error;
    auto outcome = pack(*repository.value(), part, now);
    done.bytes = fs::file_size(part, error);
    if (outcome) outcome = publish(part, done.file);
    fs::remove(part, error);
    if (!outcome) return base::Failure{outcome.error()};
    return done;
}

}  // namespace

ArchiveResult<Export> export_backup(const ExportPlan& plan,
                                    const ArchiveKey& key,
                                    base::Timestamp now,
                                    const Progress& progress) {
    std::error_code error;
    fs::remove_all(plan.scratch, error);
    if (!fs::create_directory(plan.scratch, error)) {
        return failed(Kind::Store,
                      plan.scratch.string() + " cannot be created: " + error.message());
    }
    fs::permissions(plan.scratch, fs::perms::owner_all, error);
    auto done = export_within(plan, key, now, progress);
    fs::remove_all(plan.scratch, error);
    return done;
}

}  // namespace botcore::archive
