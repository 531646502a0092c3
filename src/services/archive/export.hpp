#pragma once

/// A backup as a single file, for storage that takes files: `backup-YYYYMMDD.gz`, a tar archive
/// compressed with gzip. Unpacked it is a folder repository with the store's timeline, one snapshot
/// and the users; every object is sealed with the archive's key.
///
/// E1  The file is written only after its snapshot was restored to a scratch file and verified.
/// E2  The file appears under its name complete or not at all; an existing file is never replaced.
///
/// Threads: any; never two with the same scratch folder.

#include "services/archive/snapshot.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace botcore::archive {

struct ExportPlan {
    ports::StoreBackup& stores;  ///< Must outlive the export.
    /// Opens a repository in a folder that is created.
    std::function<base::Result<std::unique_ptr<ports::Repository>, std::string>(
        const std::filesystem::path& folder)>
        make_repository;
    std::filesystem::path store;
    std::filesystem::path users;    ///< Left out if it does not exist.
    std::filesystem::path scratch;  ///< A folder that is created, and removed at the end.
    std::filesystem::path folder;   ///< Where the file is written.
};

struct Export {
    std::filesystem::path file;
    std::uint64_t bytes = 0;
    Snapshot snapshot;
    std::string state_hash;
};

/// The file is named after the day of `now`, UTC.
[[nodiscard]] ArchiveResult<Export> export_backup(const ExportPlan& plan,
                                                  const ArchiveKey& key,
                                                  base::Timestamp now,
                                                  const Progress& progress);

}  // namespace botcore::archive
