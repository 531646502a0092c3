#pragma once

/// Opens the repository that a setting names: a folder, or an address of S3.

#include "ports/repository.hpp"
#include "shell/archive/sigv4.hpp"

#include <memory>
#include <string>

namespace botcore::shell::archive {

/// `place` is "s3://bucket/prefix?endpoint=https://host:port&region=NAME"; anything else that is no
/// address is the path of a folder, which is made. `authorities` is a file of certificates in PEM,
/// empty: the system's. No connection is made yet. The text says what to mend.
[[nodiscard]] base::Result<std::unique_ptr<ports::Repository>, std::string> make_repository(
    const std::string& place, S3Credentials credentials, const std::string& authorities);

}  // namespace botcore::shell::archive
