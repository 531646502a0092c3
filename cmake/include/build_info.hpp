#pragma once

/// Which build this is. The values live in one generated source file, so that a new commit
/// recompiles that file and relinks, nothing more.

namespace botcore::build_info {

/// The project's version, such as "0.1.0".
extern const char* const kVersion;

/// The commit the sources were at, shortened, with "+" behind it when files were changed since;
/// "unknown" outside a checkout.
extern const char* const kCommit;

}  // namespace botcore::build_info
