#pragma once

/// Makes the rows of a store's file anew from its journal, beside the file, and puts the result in
/// its place when it is proven.
///
///   old file ──refold──> `<path>-rebuilt` ──verify──> second name for the old one,
///   `<path>-before-<UTC>` ──> rename to `<path>`
///
/// N1  A crash, a full disk or a failure at any point leaves the old file or the new one whole
///     under its name.
/// N2  Nothing is put in place that `runtime::verify` finds anything wrong with.
///
/// The caller holds the lock of the data folder: nobody writes meanwhile.

#include "runtime/rebuild.hpp"

#include <filesystem>
#include <string>

namespace botcore::shell::sqlite {

struct Rebuilt {
    model::Head head;
    std::filesystem::path old_file;  ///< What stood there before.
};

/// The text says what is wrong and where; then nothing has changed.
[[nodiscard]] base::Result<Rebuilt, std::string> rebuild(const std::filesystem::path& path,
                                                         const runtime::RebuildProgress& progress);

}  // namespace botcore::shell::sqlite
