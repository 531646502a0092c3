#pragma once

/// A request on its way through one route of the API, and the reading of its query. Private to the
/// API's own source files.

#include "shell/http/api.hpp"

#include <charconv>
#include <initializer_list>
#include <optional>

namespace botcore::shell::http {

struct Api::Call {
    HttpRequest request;
    Respond respond;
    runtime::Now now;
    model::Owner owner;
    std::vector<std::string> parameters;  ///< What stood in the place of {…} in the pattern.
    bool on_default_account = false;      ///< A short route.
    std::vector<std::pair<std::string_view, std::string>> headers;  ///< Of the answer.

    // Of a command, once read.
    model::IdempotencyKey key;
    std::string canonical_path;
    std::string if_match;

    /// The parameter, counted from behind: short routes lack the account in front.
    [[nodiscard]] const std::string& last_parameter() const { return parameters.back(); }
};

/// The query's names that a route knows; anything else is refused.
class QueryReader {
public:
    QueryReader(const HttpRequest& request, std::initializer_list<std::string_view> known)
        : query_(request.query) {
        for (const auto& [name, value] : query_) {
            bool found = false;
            for (const auto candidate : known)
                found = found || candidate == name;
            if (!found && !error_) {
                error_ = protocol::RequestError{
                    .code = "UNKNOWN_FIELD",
                    .message = "there is no query parameter '" + name + "' here",
                    .field = name,
                    .expected = {},
                    .came = name};
            }
        }
    }

    [[nodiscard]] const std::optional<protocol::RequestError>& error() const { return error_; }

    [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const {
        const auto place = query_.find(name);
        if (place == query_.end()) return std::nullopt;
        return std::string_view(place->second);
    }

    /// A whole number within [low, high]; `absent` where it was not given.
    [[nodiscard]] std::uint64_t number(std::string_view name,
                                       std::uint64_t absent,
                                       std::pair<std::uint64_t, std::uint64_t> range) {
        const auto given = text(name);
        if (!given) return absent;
        std::uint64_t value = 0;
        const auto [end, error] =
            std::from_chars(given->data(), given->data() + given->size(), value);
        if (error == std::errc() && end == given->data() + given->size() && value >= range.first &&
            value <= range.second) {
            return value;
        }
        refuse(name,
               "a whole number from " + std::to_string(range.first) + " to " +
                   std::to_string(range.second));
        return absent;
    }

    /// spot or futures; futures where it was not given.
    [[nodiscard]] model::Market market() {
        const auto given = text("market");
        if (!given) return model::Market::Futures;
        const auto value = model::parse_market(*given);
        if (!value) refuse("market", "spot or futures");
        return value.value_or(model::Market::Futures);
    }

    [[nodiscard]] std::optional<model::Symbol> symbol() {
        const auto given = text("symbol");
        if (!given) return std::nullopt;
        if (!model::is_valid_symbol(*given)) {
            refuse("symbol", "upper-case letters and digits such as BTCUSDT");
            error_->code = "INVALID_SYMBOL";
        }
        return model::Symbol(*given);
    }

    void refuse(std::string_view name, std::string expected) {
        const std::string came(text(name).value_or(""));
        const std::string shown = came.substr(0, 64);
        error_ = protocol::RequestError{.code = "INVALID_FIELD",
                                        .message = "the query parameter '" + std::string(name) +
                                                   "' must be " + expected + ", but '" + shown +
                                                   "' came",
                                        .field = std::string(name),
                                        .expected = std::move(expected),
                                        .came = shown};
    }

private:
    const std::map<std::string, std::string, std::less<>>& query_;
    std::optional<protocol::RequestError> error_;
};

}  // namespace botcore::shell::http
