#pragma once

/// Signs requests for S3 and compatible services (AWS Signature Version 4), with the signature in
/// the Authorization header.

#include "base/time.hpp"
#include "host/secret.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::archive_s3 {

struct S3Credentials {
    host::Secret access_key;
    host::Secret secret_key;
    host::Secret session_token{std::string()};  ///< Empty: none.
};

using NamesAndValues = std::vector<std::pair<std::string, std::string>>;

struct RequestToSign {
    std::string_view method;
    std::string_view path;  ///< As sent; only characters that need no escaping, and '/'.
    NamesAndValues query{};
    NamesAndValues headers{};    ///< Names in lower case; values without surrounding spaces.
    std::string payload_hash{};  ///< `sha256_hex` of the body.
};

struct SigningScope {
    std::string_view region;
    std::string_view service;
    base::Timestamp time;
};

[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// The query sorted and escaped as it is signed; it must be sent in the same form.
[[nodiscard]] std::string canonical_query(const NamesAndValues& query);

/// The value of the Authorization header. Signs all of `headers`, which must include host and
/// x-amz-date.
[[nodiscard]] std::string authorization(const S3Credentials& credentials,
                                        const SigningScope& scope,
                                        const RequestToSign& request);

}  // namespace botcore::archive_s3
