#include "venue/binance/request.hpp"

#include "base/whole_number.hpp"
#include "model/amount.hpp"

#include <algorithm>
#include <cstdint>

namespace botcore::venue::binance {

using base::Failure;
using base::Result;

namespace {

constexpr std::string_view kSignature = "signature";
constexpr std::size_t kMicrosecondDigits = 16;
constexpr std::size_t kTimestampDigitsMax = 16;
constexpr model::Duration kWindowDefault = model::Duration::milliseconds(5'000);
constexpr model::Duration kWindowMax = model::Duration::milliseconds(60'000);

Rejection illegal_characters() {
    return {-1100, "Illegal characters found in a parameter."};
}

std::optional<char> value_of(char digit) {
    if (digit >= '0' && digit <= '9') return static_cast<char>(digit - '0');
    if (digit >= 'A' && digit <= 'F') return static_cast<char>(digit - 'A' + 10);
    if (digit >= 'a' && digit <= 'f') return static_cast<char>(digit - 'a' + 10);
    return std::nullopt;
}

/// Decodes a percent-encoded text; nothing for a malformed escape.
std::optional<std::string> decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        if (text.size() - i < 3) return std::nullopt;
        const auto high = value_of(text[i + 1]);
        const auto low = value_of(text[i + 2]);
        if (!high || !low) return std::nullopt;
        out += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    return out;
}

bool is_form(std::string_view content_type) {
    return content_type.empty() || content_type.starts_with("application/x-www-form-urlencoded");
}

bool is_signature(std::string_view part) {
    return part.substr(0, part.find('=')) == kSignature;
}

/// Calls `take` with each part between ampersands; empty parts are skipped.
template <class Take>
void for_each_part(std::string_view text, Take take) {
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        if (end > 0) take(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

Result<model::Timestamp, Rejection> read_timestamp(const Parameters& parameters) {
    const std::string* const text = parameters.find("timestamp");
    if (text == nullptr || text->empty()) return Failure{missing_parameter("timestamp")};
    const auto number = base::whole_number<std::int64_t>(*text);
    if (!number || *number < 0 || text->size() > kTimestampDigitsMax) {
        return Failure{
            Rejection{-1100,
                      "Illegal characters found in parameter 'timestamp'; legal range is "
                      "'^[0-9]{1,20}$'."}};
    }
    return text->size() == kMicrosecondDigits ? model::Timestamp::from_microseconds(*number)
                                              : model::Timestamp::from_milliseconds(*number);
}

Result<model::Duration, Rejection> read_window(const Parameters& parameters) {
    const std::string* const text = parameters.find("recvWindow");
    if (text == nullptr) return kWindowDefault;
    constexpr model::Int128 kUnitsOfMicrosecond = model::kScale / 1'000;
    const auto milliseconds = model::parse_amount<model::Rate>(*text);
    if (!milliseconds || milliseconds.value().is_negative() ||
        milliseconds.value().units() % kUnitsOfMicrosecond != 0) {
        return Failure{Rejection{-1100, "Illegal characters found in parameter 'recvWindow'."}};
    }
    // Less than 10^15 milliseconds by A1 of amounts, so the conversion cannot overflow.
    const auto window = model::Duration::microseconds(
        static_cast<std::int64_t>(milliseconds.value().units() / kUnitsOfMicrosecond));
    if (window > kWindowMax) {
        return Failure{Rejection{-1131, "recvWindow must be less than 60000."}};
    }
    return window;
}

}  // namespace

Rejection missing_parameter(std::string_view name) {
    return {-1102,
            "Mandatory parameter '" + std::string(name) +
                "' was not sent, was empty/null, or malformed."};
}

Result<Parameters, Rejection> Parameters::parse(const Request& request) {
    const std::string_view body = is_form(request.content_type) ? request.body : std::string_view();
    if (request.query.size() + body.size() > kParameterBytesMax) {
        return Failure{Rejection{-1101, "Too many parameters sent for this endpoint."}};
    }
    Parameters parameters;
    std::optional<Rejection> refused;
    for (const std::string_view text : {request.query, body}) {
        bool first = true;
        for_each_part(text, [&](std::string_view part) {
            if (!refused) refused = parameters.add(part);
            if (is_signature(part)) return;
            if (!first) parameters.signed_text_ += '&';
            parameters.signed_text_ += part;
            first = false;
        });
    }
    if (refused) return Failure{*refused};
    return parameters;
}

std::optional<Rejection> Parameters::add(std::string_view encoded) {
    const auto equals = encoded.find('=');
    auto name = decoded(encoded.substr(0, equals));
    auto value =
        decoded(equals == std::string_view::npos ? std::string_view() : encoded.substr(equals + 1));
    if (!name || !value) return illegal_characters();
    if (find(*name) != nullptr) {
        return Rejection{-1101, "Duplicate values for a parameter detected."};
    }
    if (all_.size() == kParametersMax) {
        return Rejection{-1101, "Too many parameters sent for this endpoint."};
    }
    all_.emplace_back(std::move(*name), std::move(*value));
    return std::nullopt;
}

const std::string* Parameters::find(std::string_view name) const {
    const auto place = std::find_if(
        all_.begin(), all_.end(), [&](const auto& each) { return each.first == name; });
    return place == all_.end() ? nullptr : &place->second;
}

std::optional<Rejection> check_signature(const Parameters& parameters,
                                         const Credential& credential) {
    const std::string* const signature = parameters.find(kSignature);
    if (signature == nullptr || signature->empty()) return missing_parameter(kSignature);
    const std::string& text = parameters.signed_text();
    const auto* const secret = std::get_if<std::string>(&credential);
    const bool valid =
        secret != nullptr
            ? protocol::is_hmac_sha256(*secret, text, *signature)
            : std::get<protocol::Ed25519PublicKey>(credential).verifies(text, *signature);
    if (valid) return std::nullopt;
    return Rejection{-1022, "Signature for this request is not valid."};
}

Result<model::Attempt, Rejection> read_timing(const Parameters& parameters, model::Timestamp now) {
    const model::Attempt attempt{.time = TRY(read_timestamp(parameters)),
                                 .window = TRY(read_window(parameters)),
                                 .number = 0};
    if (auto refused = check_receive_window(attempt, now)) return Failure{*refused};
    return attempt;
}

}  // namespace botcore::venue::binance
