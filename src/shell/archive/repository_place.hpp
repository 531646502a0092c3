#pragma once

/// Opens the repository that a setting names: a folder, or an address of S3.

#include "ports/repository.hpp"
#include "shell/archive/folder_repository.hpp"
#include "shell/archive/s3_repository.hpp"

#include <memory>
#include <string>

namespace botcore::shell::archive {

struct RepositoryOptions {
    /// "s3://bucket/prefix?endpoint=https://host:port&region=NAME"; anything else that is no
    /// address is the path of a folder.
    std::string place;
    S3Credentials credentials;
    std::string authorities{};  ///< A file of certificates in PEM; empty: the system's.
    std::string storage_class{};
    /// Shared by all that speak to the same server; empty: its own.
    std::shared_ptr<ServerPause> pause{};
};

/// No connection is made yet. The text says what to mend.
[[nodiscard]] base::Result<std::unique_ptr<ports::Repository>, std::string> make_repository(
    RepositoryOptions options, IfMissing missing = IfMissing::Make);

}  // namespace botcore::shell::archive
