#pragma once

/// A backup as one file, for places that take files: `backup-YYYYMMDD.gz`, a tar archive compressed
/// by gzip. Unpacked it is a folder repository with the store's timeline, one snapshot and the
/// users, every object sealed with the archive's key.
///
/// E1  It is written only after the snapshot in it was restored aside and found whole.
/// E2  Under its name it is there whole, or not at all; a file that is there stays as it is.
///
/// Threads: any; no two with one scratch folder.

#include "shell/archive/snapshot.hpp"

#include <filesystem>
#include <string>

namespace botcore::shell::archive {

struct ExportPlan {
    std::filesystem::path store;
    std::filesystem::path users;    ///< Left out where it is missing.
    std::filesystem::path scratch;  ///< A folder that is made, and removed at the end.
    std::filesystem::path folder;   ///< Where the file is put.
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

}  // namespace botcore::shell::archive
