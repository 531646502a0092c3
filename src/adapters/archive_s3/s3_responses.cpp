#include "adapters/archive_s3/s3_responses.hpp"

#include "base/whole_number.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <optional>

namespace botcore::archive_s3 {

using Fault = ports::RepositoryError::Kind;

namespace {

constexpr std::size_t kCodeMax = 64;
constexpr std::size_t kTokenMax = 4'096;
constexpr std::size_t kKeyMax = 1'024;  // S3's own limit.

base::Failure<std::string> damaged(const char* text) {
    return {std::string("the list of objects cannot be read: ") + text};
}

}  // namespace

base::Result<S3Page, std::string> parse_s3_page(std::string_view xml) {
    pugi::xml_document document;
    if (!document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8)) {
        return damaged("it is not XML");
    }
    const pugi::xml_node list = document.child("ListBucketResult");
    if (!list) return damaged("it has no ListBucketResult");
    S3Page page;
    for (const pugi::xml_node& item : list.children("Contents")) {
        const std::string_view key = item.child_value("Key");
        const auto bytes = base::whole_number<std::uint64_t>(item.child_value("Size"));
        if (key.empty() || key.size() > kKeyMax || !bytes) {
            return damaged("an object has no key or no size");
        }
        page.keys.push_back({std::string(key), *bytes});
    }
    const std::string_view more = list.child_value("IsTruncated");
    page.next = list.child_value("NextContinuationToken");
    if (more != "true" && more != "false")
        return damaged("it does not state whether it is truncated");
    if (more == "false") page.next.clear();
    if (more == "true" && (page.next.empty() || page.next.size() > kTokenMax)) {
        return damaged("the listing is truncated and has no continuation token");
    }
    return page;
}

std::string s3_error_code(std::string_view xml) {
    pugi::xml_document document;
    if (!document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8)) {
        return {};
    }
    const std::string_view code = document.child("Error").child_value("Code");
    const bool plain = std::ranges::all_of(
        code, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
    return plain && code.size() <= kCodeMax ? std::string(code) : std::string();
}

Fault s3_error_kind(std::uint16_t status, std::string_view code) {
    // A missing bucket or a wrong region is a settings error, not a missing object.
    if (code == "NoSuchBucket") return Fault::Refused;
    if (code == "RequestTimeout" || code == "BadDigest") return Fault::Unavailable;
    if (code == "QuotaExceeded" || status == 507) return Fault::Full;
    if (status == 404) return Fault::Missing;
    if (status == 409 || status == 412 || status == 429 || status == 408) return Fault::Unavailable;
    if (status == 501) return Fault::Refused;
    return status >= 300 && status < 500 ? Fault::Refused : Fault::Unavailable;
}

}  // namespace botcore::archive_s3
