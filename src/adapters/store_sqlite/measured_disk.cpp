#include "adapters/store_sqlite/measured_disk.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <utility>

namespace botcore::store_sqlite {

namespace {

std::string name_of_next() {
    static std::atomic<unsigned> count{0};
    return "measured-disk-" + std::to_string(++count);
}

}  // namespace

/// The system's methods of a file, of which two are replaced by ours. SQLite sees only the first
/// member of this struct.
struct MeasuredDisk::Methods {
    sqlite3_io_methods shown;
    const sqlite3_io_methods* real;
    MeasuredDisk* disk;
    bool is_log;
};

/// The functions that SQLite calls.
struct MeasuredDisk::Calls {
    static const Methods& methods_of(const sqlite3_file* file) {
        return *reinterpret_cast<const Methods*>(file->pMethods);
    }

    static int open(
        sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* flags_out) {
        MeasuredDisk& self = *static_cast<MeasuredDisk*>(vfs->pAppData);
        const int code = self.real_->xOpen(self.real_, path, file, flags, flags_out);
        const bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
        if (code != SQLITE_OK || (!is_log && (flags & SQLITE_OPEN_MAIN_DB) == 0)) return code;
        file->pMethods = shown_for(self, file->pMethods, is_log);
        if (!is_log) ++self.connections_;
        return SQLITE_OK;
    }

    static const sqlite3_io_methods* shown_for(MeasuredDisk& self,
                                               const sqlite3_io_methods* real,
                                               bool is_log) {
        const std::lock_guard lock(self.mutex_);
        const auto known = std::ranges::find_if(self.methods_, [&](const Methods& one) {
            return one.real == real && one.is_log == is_log;
        });
        if (known != self.methods_.end()) return &known->shown;
        Methods& made = self.methods_.emplace_back(Methods{*real, real, &self, is_log});
        made.shown.xClose = &close;
        made.shown.xSync = &sync;
        return &made.shown;
    }

    static int close(sqlite3_file* file) {
        const Methods& methods = methods_of(file);
        if (!methods.is_log) --methods.disk->connections_;
        return methods.real->xClose(file);
    }

    static int sync(sqlite3_file* file, int flags) {
        const Methods& methods = methods_of(file);
        const auto began = std::chrono::steady_clock::now();
        const int code = methods.real->xSync(file, flags);
        if (code != SQLITE_OK || !methods.is_log) return code;
        const auto took = std::chrono::steady_clock::now() - began;
        const std::lock_guard lock(methods.disk->mutex_);
        if (methods.disk->synced_) methods.disk->synced_(took);
        return code;
    }
};

MeasuredDisk::MeasuredDisk() : name_(name_of_next()), real_(sqlite3_vfs_find(nullptr)) {
    CHECK(real_ != nullptr);
    // The methods that are not replaced below operate on the file passed to them.
    vfs_ = *real_;
    vfs_.pNext = nullptr;
    vfs_.zName = name_.c_str();
    vfs_.pAppData = this;
    vfs_.xOpen = &Calls::open;
    CHECK(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK);
}

MeasuredDisk::~MeasuredDisk() {
    CHECK(connections_ == 0);
    sqlite3_vfs_unregister(&vfs_);
}

void MeasuredDisk::on_sync(Synced synced) {
    const std::lock_guard lock(mutex_);
    synced_ = std::move(synced);
}

}  // namespace botcore::store_sqlite
