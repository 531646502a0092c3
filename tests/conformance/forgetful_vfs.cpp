#include "tests/conformance/forgetful_vfs.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <utility>

namespace botcore::conformance {

namespace {

constexpr std::size_t kSector = 512;

/// What SQLite allocates for an open file; the real VFS's file object follows it in memory.
struct File {
    sqlite3_file base;
    ForgetfulVfs* vfs;
    // A std::shared_ptr<Tracked>*, or nullptr for files that are not kept after a run.
    void* tracked;
    const char* path;
    sqlite3_file* real;
};

File& file_of(sqlite3_file* handle) {
    return *reinterpret_cast<File*>(handle);
}

std::uint64_t size_on_disk(const std::string& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    return error ? 0 : size;
}

std::string contents_of(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

/// The functions that SQLite calls.
struct ForgetfulCalls {
    using Tracked = ForgetfulVfs::Tracked;
    using Verdict = ForgetfulVfs::Verdict;

    static ForgetfulVfs& owner(sqlite3_vfs* vfs) {
        return *static_cast<ForgetfulVfs*>(vfs->pAppData);
    }

    static Tracked* tracked(File& file) {
        auto* shared = static_cast<std::shared_ptr<Tracked>*>(file.tracked);
        return shared == nullptr ? nullptr : shared->get();
    }

    static int open(
        sqlite3_vfs* vfs, const char* path, sqlite3_file* handle, int flags, int* flags_out) {
        ForgetfulVfs& self = owner(vfs);
        File* file = new (handle) File{};
        file->vfs = &self;
        file->path = path;
        file->real = reinterpret_cast<sqlite3_file*>(file + 1);
        {
            const std::lock_guard lock(self.mutex_);
            if (!self.on_) return SQLITE_CANTOPEN;
        }
        const int kept = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
        const int code = self.real_->xOpen(self.real_, path, file->real, flags, flags_out);
        if (code != SQLITE_OK) return code;
        if (path != nullptr && (flags & kept) != 0) {
            const std::lock_guard lock(self.mutex_);
            file->tracked = new std::shared_ptr<Tracked>(self.track(path));
        }
        file->base.pMethods = &kMethods;
        return SQLITE_OK;
    }

    static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
        ForgetfulVfs& self = owner(vfs);
        const std::lock_guard lock(self.mutex_);
        if (!self.on_) return SQLITE_OK;
        self.forget(path);
        return self.real_->xDelete(self.real_, path, sync_folder);
    }

    static int close(sqlite3_file* handle) {
        File& file = file_of(handle);
        delete static_cast<std::shared_ptr<Tracked>*>(file.tracked);
        file.tracked = nullptr;
        return file.real->pMethods->xClose(file.real);
    }

    static int read(sqlite3_file* handle, void* out, int size, sqlite3_int64 offset) {
        File& file = file_of(handle);
        if (!file.vfs->is_on()) return SQLITE_IOERR_READ;
        return file.real->pMethods->xRead(file.real, out, size, offset);
    }

    static int write_half(File& file, const void* bytes, int size, sqlite3_int64 offset) {
        const int half = size / 2;
        if (half == 0) return SQLITE_OK;
        const auto place = static_cast<std::uint64_t>(offset);
        const auto* text = static_cast<const char*>(bytes);
        tracked(file)->pending.push_back(
            {place, std::string(text, static_cast<std::size_t>(half))});
        return file.real->pMethods->xWrite(file.real, bytes, half, offset);
    }

    /// The fault that applies to this write, or SQLITE_OK.
    static int write_fault(File& file, std::uint64_t end) {
        ForgetfulVfs& self = *file.vfs;
        if (self.write_fails_in_ > 0 && --self.write_fails_in_ == 0) return self.write_failure_;
        if (!self.disk_bytes_) return SQLITE_OK;
        const std::uint64_t size = size_on_disk(file.path);
        const std::uint64_t growth = end > size ? end - size : 0;
        return growth > 0 && self.used_bytes() + growth > *self.disk_bytes_ ? SQLITE_FULL
                                                                            : SQLITE_OK;
    }

    static int write(sqlite3_file* handle, const void* bytes, int size, sqlite3_int64 offset) {
        File& file = file_of(handle);
        if (file.tracked == nullptr) {
            return file.real->pMethods->xWrite(file.real, bytes, size, offset);
        }
        ForgetfulVfs& self = *file.vfs;
        const std::lock_guard lock(self.mutex_);
        const Verdict verdict = self.count_operation();
        if (verdict == Verdict::Off) return SQLITE_IOERR;
        const auto place = static_cast<std::uint64_t>(offset);
        const auto length = static_cast<std::size_t>(size);
        const int fault = write_fault(file, place + length);
        if (fault != SQLITE_OK) {
            const int half = write_half(file, bytes, size, offset);
            return half == SQLITE_OK ? fault : half;
        }
        tracked(file)->pending.push_back(
            {place, std::string(static_cast<const char*>(bytes), length)});
        const int code = file.real->pMethods->xWrite(file.real, bytes, size, offset);
        return verdict == Verdict::ProceedThenOff ? SQLITE_IOERR : code;
    }

    static int truncate(sqlite3_file* handle, sqlite3_int64 size) {
        File& file = file_of(handle);
        if (file.tracked == nullptr) return file.real->pMethods->xTruncate(file.real, size);
        ForgetfulVfs& self = *file.vfs;
        const std::lock_guard lock(self.mutex_);
        const Verdict verdict = self.count_operation();
        if (verdict == Verdict::Off) return SQLITE_IOERR;
        tracked(file)->pending.push_back({static_cast<std::uint64_t>(size), std::nullopt});
        const int code = file.real->pMethods->xTruncate(file.real, size);
        return verdict == Verdict::ProceedThenOff ? SQLITE_IOERR : code;
    }

    static int sync(sqlite3_file* handle, int) {
        File& file = file_of(handle);
        if (file.tracked == nullptr) return SQLITE_OK;
        ForgetfulVfs& self = *file.vfs;
        const std::lock_guard lock(self.mutex_);
        // The power fails before the sync completes: nothing is guaranteed to be durable.
        if (self.count_operation() != Verdict::Proceed) return SQLITE_IOERR;
        ++self.syncs_;
        if (self.sync_fails_in_ > 0 && --self.sync_fails_in_ == 0) return SQLITE_IOERR_FSYNC;
        Tracked& content = *tracked(file);
        for (const auto& change : content.pending)
            ForgetfulVfs::apply(content.durable, change);
        content.pending.clear();
        return SQLITE_OK;
    }

    static int file_size(sqlite3_file* handle, sqlite3_int64* size) {
        File& file = file_of(handle);
        return file.real->pMethods->xFileSize(file.real, size);
    }

    static int lock(sqlite3_file* handle, int level) {
        File& file = file_of(handle);
        return file.real->pMethods->xLock(file.real, level);
    }

    static int unlock(sqlite3_file* handle, int level) {
        File& file = file_of(handle);
        return file.real->pMethods->xUnlock(file.real, level);
    }

    static int check_lock(sqlite3_file* handle, int* reserved) {
        File& file = file_of(handle);
        return file.real->pMethods->xCheckReservedLock(file.real, reserved);
    }

    static int control(sqlite3_file* handle, int operation, void* argument) {
        File& file = file_of(handle);
        return file.real->pMethods->xFileControl(file.real, operation, argument);
    }

    static int sector_size(sqlite3_file*) { return static_cast<int>(kSector); }

    static int characteristics(sqlite3_file* handle) {
        File& file = file_of(handle);
        return file.real->pMethods->xDeviceCharacteristics(file.real);
    }

    static int map_shared(
        sqlite3_file* handle, int page, int page_size, int extend, void volatile** address) {
        File& file = file_of(handle);
        return file.real->pMethods->xShmMap(file.real, page, page_size, extend, address);
    }

    static int lock_shared(sqlite3_file* handle, int offset, int count, int flags) {
        File& file = file_of(handle);
        return file.real->pMethods->xShmLock(file.real, offset, count, flags);
    }

    static void barrier(sqlite3_file* handle) {
        File& file = file_of(handle);
        file.real->pMethods->xShmBarrier(file.real);
    }

    static int unmap_shared(sqlite3_file* handle, int delete_it) {
        File& file = file_of(handle);
        return file.real->pMethods->xShmUnmap(file.real, delete_it);
    }

    static const sqlite3_io_methods kMethods;
};

// Version 2: without memory mapping, so that every write passes through `write`.
const sqlite3_io_methods ForgetfulCalls::kMethods = {2,
                                                     &ForgetfulCalls::close,
                                                     &ForgetfulCalls::read,
                                                     &ForgetfulCalls::write,
                                                     &ForgetfulCalls::truncate,
                                                     &ForgetfulCalls::sync,
                                                     &ForgetfulCalls::file_size,
                                                     &ForgetfulCalls::lock,
                                                     &ForgetfulCalls::unlock,
                                                     &ForgetfulCalls::check_lock,
                                                     &ForgetfulCalls::control,
                                                     &ForgetfulCalls::sector_size,
                                                     &ForgetfulCalls::characteristics,
                                                     &ForgetfulCalls::map_shared,
                                                     &ForgetfulCalls::lock_shared,
                                                     &ForgetfulCalls::barrier,
                                                     &ForgetfulCalls::unmap_shared,
                                                     nullptr,
                                                     nullptr};

ForgetfulVfs::ForgetfulVfs(std::string name) : name_(std::move(name)) {
    real_ = sqlite3_vfs_find(nullptr);
    CHECK(real_ != nullptr);
    // Functions that are not replaced below work on the real VFS's own data and need no state of
    // this class.
    vfs_ = *real_;
    vfs_.iVersion = std::min(real_->iVersion, 2);
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.pNext = nullptr;
    vfs_.zName = name_.c_str();
    vfs_.pAppData = this;
    vfs_.xOpen = &ForgetfulCalls::open;
    vfs_.xDelete = &ForgetfulCalls::remove;
    CHECK(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK);
}

ForgetfulVfs::~ForgetfulVfs() {
    sqlite3_vfs_unregister(&vfs_);
}

void ForgetfulVfs::power_off() {
    const std::lock_guard lock(mutex_);
    on_ = false;
}

void ForgetfulVfs::power_off_after(std::uint64_t operations) {
    const std::lock_guard lock(mutex_);
    off_in_ = operations;
}

void ForgetfulVfs::power_on(Loss loss, base::Random& random) {
    const std::lock_guard lock(mutex_);
    for (const auto& [path, file] : files_) {
        CHECK(file.use_count() == 1);  // Every connection is closed.
        if (!std::filesystem::exists(path)) continue;
        apply_survivors(*file, loss, random);
        std::ofstream stream(path, std::ios::binary | std::ios::trunc);
        stream.write(file->durable.data(), static_cast<std::streamsize>(file->durable.size()));
        CHECK(stream.good());
    }
    files_.clear();
    on_ = true;
    off_in_ = 0;
    write_fails_in_ = 0;
    sync_fails_in_ = 0;
}

void ForgetfulVfs::fail_write_after(std::uint64_t writes, int code) {
    const std::lock_guard lock(mutex_);
    write_fails_in_ = writes;
    write_failure_ = code;
}

void ForgetfulVfs::fail_sync_after(std::uint64_t syncs) {
    const std::lock_guard lock(mutex_);
    sync_fails_in_ = syncs;
}

void ForgetfulVfs::limit_disk(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    disk_bytes_ = bytes;
}

void ForgetfulVfs::count_file(const std::string& path) {
    const std::lock_guard lock(mutex_);
    counted_.push_back(path);
}

std::uint64_t ForgetfulVfs::free_bytes() {
    const std::lock_guard lock(mutex_);
    if (!disk_bytes_) return ~std::uint64_t{0} >> 1U;
    const std::uint64_t used = used_bytes();
    return used < *disk_bytes_ ? *disk_bytes_ - used : 0;
}

std::uint64_t ForgetfulVfs::operations() {
    const std::lock_guard lock(mutex_);
    return operations_;
}

std::uint64_t ForgetfulVfs::syncs() {
    const std::lock_guard lock(mutex_);
    return syncs_;
}

bool ForgetfulVfs::is_on() {
    const std::lock_guard lock(mutex_);
    return on_;
}

std::shared_ptr<ForgetfulVfs::Tracked> ForgetfulVfs::track(const std::string& path) {
    std::shared_ptr<Tracked>& file = files_[path];
    if (!file) {
        // A file's content counts as durable when the VFS first opens it.
        file = std::make_shared<Tracked>();
        file->durable = contents_of(path);
    }
    return file;
}

void ForgetfulVfs::forget(const std::string& path) {
    files_.erase(path);
}

ForgetfulVfs::Verdict ForgetfulVfs::count_operation() {
    if (!on_) return Verdict::Off;
    ++operations_;
    if (off_in_ == 0 || --off_in_ > 0) return Verdict::Proceed;
    on_ = false;
    return Verdict::ProceedThenOff;
}

std::uint64_t ForgetfulVfs::used_bytes() const {
    std::uint64_t used = 0;
    for (const auto& [path, file] : files_)
        used += size_on_disk(path);
    for (const std::string& path : counted_)
        used += size_on_disk(path);
    return used;
}

void ForgetfulVfs::apply(std::string& image, const Change& change) {
    if (!change.bytes) {
        image.resize(change.offset);
        return;
    }
    const std::size_t end = change.offset + change.bytes->size();
    if (image.size() < end) image.resize(end);
    std::copy(change.bytes->begin(),
              change.bytes->end(),
              image.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

void ForgetfulVfs::apply_survivors(Tracked& file, Loss loss, base::Random& random) {
    if (loss == Loss::All || file.pending.empty()) return;
    const std::size_t whole = random.below(file.pending.size() + 1);
    for (std::size_t i = 0; i < file.pending.size(); ++i) {
        const Change& change = file.pending[i];
        const bool torn = loss == Loss::Torn ? i == whole : random.chance(1, 3);
        const bool kept = loss == Loss::Torn ? i < whole : random.chance(1, 2);
        if (kept) {
            apply(file.durable, change);
        } else if (torn && change.bytes) {
            for (std::size_t at = 0; at < change.bytes->size(); at += kSector) {
                const bool survives = random.chance(1, 2);
                if (!survives && loss == Loss::Torn) break;
                if (survives)
                    apply(file.durable, {change.offset + at, change.bytes->substr(at, kSector)});
            }
        }
    }
}

}  // namespace botcore::conformance
