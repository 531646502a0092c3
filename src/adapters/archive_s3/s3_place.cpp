#include "adapters/archive_s3/s3_repository.hpp"
#include "runtime/archive/object_name.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace botcore::archive_s3 {

namespace {

constexpr std::string_view kScheme = "s3://";
constexpr std::string_view kDefaultRegion = "us-east-1";
constexpr std::size_t kBucketMin = 3;
constexpr std::size_t kBucketMax = 63;
constexpr std::size_t kRegionMax = 64;

bool has_only(std::string_view text, std::string_view more) {
    return std::ranges::all_of(text, [more](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               more.find(c) != std::string_view::npos;
    });
}

bool is_loopback(const std::string& host) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return error ? host == "localhost" : address.is_loopback();
}

base::Failure<std::string> failure(const char* text) {
    return {std::string(text)};
}

base::Outcome<std::string> read_parameters(std::string_view query, S3Place& place) {
    bool has_endpoint = false;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const std::string_view name = pair.substr(0, equals);
        const std::string_view value = pair.substr(std::min(pair.size(), equals + 1));
        if (name == "endpoint" && !has_endpoint) {
            place.endpoint = TRY(net::parse_service_url(value));
            has_endpoint = true;
        } else if (name == "region" && place.region.empty() && !value.empty()) {
            place.region = value;
        } else {
            return failure(
                "an s3 address must have endpoint=https://host:port and region=NAME after the '?', "
                "each once");
        }
    }
    if (!has_endpoint) return failure("the s3 address has no endpoint=https://host:port");
    return base::Done{};
}

}  // namespace

base::Result<S3Place, std::string> parse_s3_place(std::string_view text) {
    if (!text.starts_with(kScheme)) return failure("an s3 address must begin with s3://");
    text.remove_prefix(kScheme.size());
    const std::size_t http_request = std::min(text.find('?'), text.size());
    S3Place place;
    (void)TRY(read_parameters(text.substr(std::min(text.size(), http_request + 1)), place));
    const std::string_view path = text.substr(0, http_request);
    const std::size_t slash = std::min(path.find('/'), path.size());
    place.bucket = path.substr(0, slash);
    place.prefix = path.substr(std::min(path.size(), slash + 1));
    if (place.prefix.ends_with('/')) place.prefix.pop_back();
    if (place.region.empty()) place.region = kDefaultRegion;
    if (place.bucket.size() < kBucketMin || place.bucket.size() > kBucketMax ||
        !has_only(place.bucket, "-.") || place.bucket.starts_with('.')) {
        return failure("a bucket's name must have 3 to 63 characters of a-z, 0-9, '-' and '.'");
    }
    if (!place.prefix.empty() && !runtime::archive::is_object_name(place.prefix)) {
        return failure("the prefix may contain only a-z, 0-9, '-', '.' and '/'");
    }
    if (place.region.size() > kRegionMax || !has_only(place.region, "-")) {
        return failure("a region's name may contain only a-z, 0-9 and '-'");
    }
    if (!place.endpoint.base.empty()) return failure("the endpoint must not have a path");
    if (place.endpoint.transport == net::Transport::Plain && !is_loopback(place.endpoint.host)) {
        return failure(
            "the endpoint must begin with https://; http:// is allowed for this machine only");
    }
    return place;
}

}  // namespace botcore::archive_s3
