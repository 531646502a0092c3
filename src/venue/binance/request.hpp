#pragma once

/// An HTTP request from a client of the exchange: its parameters, its signature, and its receive
/// window. Rejections have the exchange's own codes and texts.
///
/// Q1  The signed text is the text as sent, without decoding: the query, directly followed by the
///     body, without the signature ("Signed endpoint security", 2026-07-21).
/// Q2  A parameter name may occur only once in the query and the body together; otherwise the
///     request is rejected with -1101.
///
/// Sources: the spot documentation's rest-api.md and errors.md (2026-07-21), the futures pages
/// "General Info" and "Error Code" (2026-05-28).

#include "base/result.hpp"
#include "protocol/binance/signatures.hpp"
#include "venue/matching.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace botcore::venue::binance {

/// The views refer to memory that the caller owns.
struct Request {
    std::string_view method;
    std::string_view path;
    std::string_view query;  ///< The part after the question mark.
    std::string_view body;
    std::string_view content_type;
    std::string_view api_key;  ///< X-MBX-APIKEY.
    std::string_view address;  ///< The address to which the request weight is counted.
};

/// The maximum number of parameters; no endpoint has this many.
inline constexpr std::size_t kParametersMax = 64;
/// The maximum length of the query and the body together; a batch of orders is the longest request.
inline constexpr std::size_t kParameterBytesMax = 16 * 1024;

class Parameters {
public:
    /// Decodes names and values. The body is parsed when its content type is a form, or when it has
    /// none.
    [[nodiscard]] static base::Result<Parameters, Rejection> parse(const Request& request);

    /// `nullptr` when the parameter was not sent. A value may be empty.
    [[nodiscard]] const std::string* find(std::string_view name) const;

    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const {
        return all_;
    }

    [[nodiscard]] const std::string& signed_text() const { return signed_text_; }

private:
    [[nodiscard]] std::optional<Rejection> add(std::string_view encoded);

    std::vector<std::pair<std::string, std::string>> all_;  ///< In the order of the request.
    std::string signed_text_;
};

/// The credential that verifies an account's signatures: the secret of an HMAC key, or a public
/// key.
using Credential = std::variant<std::string, protocol::Ed25519PublicKey>;

/// Returns -1102 if the signature is missing, and -1022 if it is wrong.
[[nodiscard]] std::optional<Rejection> check_signature(const Parameters& parameters,
                                                       const Credential& credential);

/// `timestamp` (in milliseconds, or in microseconds when it has 16 digits) and `recvWindow` (5,000
/// milliseconds by default, at most 60,000, up to three decimals); the window must contain `now`.
/// -1102 and -1100 for a missing or malformed value, -1131 for a window that is too wide, -1021
/// when `now` is outside the window.
[[nodiscard]] base::Result<model::Attempt, Rejection> read_timing(const Parameters& parameters,
                                                                  model::Timestamp now);

/// -1102: the exchange's rejection for a parameter that was not sent or is empty.
[[nodiscard]] Rejection missing_parameter(std::string_view name);

}  // namespace botcore::venue::binance
