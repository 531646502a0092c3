#pragma once

/// Reads what a server of S3 answers: pages of listings, and what an error means.

#include "base/result.hpp"
#include "ports/repository.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::shell::archive {

struct S3Page {
    std::vector<ports::StoredObject> keys;
    std::string next;  ///< The token that asks for the next page; empty: this is the last.
};

/// The text says what is wrong and repeats nothing of what came.
[[nodiscard]] base::Result<S3Page, std::string> parse_s3_page(std::string_view xml);

/// The code of an error ("NoSuchKey"), at most 64 letters; empty where the body has none.
[[nodiscard]] std::string s3_error_code(std::string_view xml);

/// What an answer that is no success means for a repository.
[[nodiscard]] ports::RepositoryError::Kind s3_error_kind(std::uint16_t status,
                                                         std::string_view code);

}  // namespace botcore::shell::archive
