/// Responses of an S3 server, and addresses of repositories. The first byte selects the parser.

#include "adapters/archive_s3/s3_repository.hpp"
#include "adapters/archive_s3/s3_responses.hpp"
#include "base/check.hpp"
#include "runtime/archive/object_name.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace botcore;

constexpr std::size_t kRefusalMax = 160;

void page(std::string_view text) {
    const auto read = archive_s3::parse_s3_page(text);
    if (!read) return CHECK(read.error().size() < kRefusalMax);
    CHECK(read.value().next.size() <= 4'096);
    for (const auto& key : read.value().keys)
        CHECK(!key.name.empty() && key.name.size() <= 1'024);
}

void error(std::string_view text) {
    const std::string code = archive_s3::s3_error_code(text);
    CHECK(code.size() <= 64);
    CHECK(std::ranges::all_of(
        code, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }));
}

void place(std::string_view text) {
    const auto read = archive_s3::parse_s3_place(text);
    if (!read) return CHECK(read.error().size() < kRefusalMax);
    const archive_s3::S3Place& is = read.value();
    CHECK(is.prefix.empty() || runtime::archive::is_object_name(is.prefix));
    const bool tls = is.endpoint.transport == net::Transport::Tls;
    const auto again = archive_s3::parse_s3_place("s3://" + is.bucket + "/" + is.prefix +
                                                  "?endpoint=" + (tls ? "https://" : "http://") +
                                                  is.endpoint.authority() + "&region=" + is.region);
    CHECK(again.has_value());
    CHECK(again.value().bucket == is.bucket && again.value().prefix == is.prefix);
    CHECK(again.value().region == is.region && again.value().endpoint.port == is.endpoint.port);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 3) {
        case 0:
            page(text);
            break;
        case 1:
            error(text);
            break;
        default:
            place(text);
            break;
    }
    return 0;
}
