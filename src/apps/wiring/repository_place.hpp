#pragma once

/// Opens the repository that a setting names: a folder, or a URL of an S3 bucket.

#include "adapters/archive_folder/folder_repository.hpp"
#include "adapters/archive_s3/s3_repository.hpp"
#include "ports/repository.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace botcore::apps {

struct RepositoryOptions {
    /// "s3://bucket/prefix?endpoint=https://host:port&region=NAME"; a text that is not a URL is the
    /// path of a folder.
    std::string place;
    archive_s3::S3Credentials credentials;
    std::string authorities{};  ///< A PEM file of CA certificates; empty: the system's.
    std::string storage_class{};
    /// The pause that all repositories on the same server share; empty: the repository has a pause
    /// of its own.
    std::shared_ptr<archive_s3::ServerPause> pause{};
};

/// Makes no connection yet. The error says what to correct.
[[nodiscard]] base::Result<std::unique_ptr<ports::Repository>, std::string> make_repository(
    RepositoryOptions options, archive_folder::IfMissing missing = archive_folder::IfMissing::Make);

/// Makes a repository in the folder, which is created if it does not exist.
[[nodiscard]] base::Result<std::unique_ptr<ports::Repository>, std::string> make_folder_repository(
    const std::filesystem::path& folder);

}  // namespace botcore::apps
