#pragma once

/// Parses the responses of an S3 server: pages of listings, and errors.

#include "base/result.hpp"
#include "ports/repository.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::archive_s3 {

struct S3Page {
    std::vector<ports::StoredObject> keys;
    std::string next;  ///< The token that requests the next page; empty: this is the last.
};

/// The error says what is wrong and repeats nothing of the response.
[[nodiscard]] base::Result<S3Page, std::string> parse_s3_page(std::string_view xml);

/// The error code ("NoSuchKey"), at most 64 letters; empty if the body has none.
[[nodiscard]] std::string s3_error_code(std::string_view xml);

/// The kind of repository error that an unsuccessful response means.
[[nodiscard]] ports::RepositoryError::Kind s3_error_kind(std::uint16_t status,
                                                         std::string_view code);

}  // namespace botcore::archive_s3
