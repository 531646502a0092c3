#pragma once

/// Opens the repository that a setting names: a folder, or a URL of an S3 bucket.

#include "ports/repository.hpp"
#include "shell/archive/folder_repository.hpp"
#include "shell/archive/s3_repository.hpp"

#include <memory>
#include <string>

namespace botcore::shell::archive {

struct RepositoryOptions {
    /// "s3://bucket/prefix?endpoint=https://host:port&region=NAME"; a text that is no URL is the
    /// path of a folder.
    std::string place;
    S3Credentials credentials;
    std::string authorities{};  ///< A PEM file of CA certificates; empty: the system's.
    std::string storage_class{};
    /// The pause that all repositories on the same server share; empty: the repository has a pause
    /// of its own.
    std::shared_ptr<ServerPause> pause{};
};

/// Makes no connection yet. The error says what to correct.
[[nodiscard]] base::Result<std::unique_ptr<ports::Repository>, std::string> make_repository(
    RepositoryOptions options, IfMissing missing = IfMissing::Make);

}  // namespace botcore::shell::archive
