#include "host/request_context.hpp"

#include "base/check.hpp"
#include "base/plain_numbers.hpp"
#include "base/plain_text.hpp"
#include "base/time_text.hpp"
#include "base/whole_number.hpp"
#include "observability/redact.hpp"
#include "protocol/api_json.hpp"
#include "protocol/flat_reader.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace botcore::host {

namespace json = boost::json;

namespace {

/// This is 9999-12-31T23:59:59.999Z. Later times cannot be written as text.
constexpr std::int64_t kMillisecondsMax = 253'402'300'799'999;

}  // namespace

bool RequestContext::has_parameter(std::string_view name) const {
    return std::any_of(parameters.begin(), parameters.end(), [&](const auto& parameter) {
        return parameter.first == name;
    });
}

const std::string& RequestContext::parameter(std::string_view name) const {
    const auto place = std::find_if(
        parameters.begin(), parameters.end(), [&](const auto& one) { return one.first == name; });
    CHECK(place != parameters.end());
    return place->second;
}

void RequestContext::send(json::value data, std::uint16_t status) {
    net::HttpResponse response;
    response.status = status;
    response.body = base::plain_numbers(protocol::success_body(std::move(data), now.time));
    response.headers = std::move(headers);
    response.caller = caller.name;
    respond(std::move(response));
}

void RequestContext::send_plain(std::uint16_t status,
                                const json::object& body,
                                std::string_view error_code) {
    net::HttpResponse response;
    response.status = status;
    response.body = base::escaped(base::plain_numbers(json::serialize(body)));
    response.headers = std::move(headers);
    response.error_code = error_code;
    response.caller = caller.name;
    respond(std::move(response));
}

void RequestContext::fail(std::uint16_t status, const protocol::RequestError& error) {
    json::object details;
    // The received field or value may be a secret that the caller put in the wrong place.
    if (!error.field.empty()) details["field"] = observability::redact(error.field);
    if (!error.expected.empty()) details["expected"] = error.expected;
    if (!error.received.empty()) details["came"] = observability::redact(error.received);
    net::HttpResponse response;
    response.status = status;
    response.error_code = error.code;
    response.caller = caller.name;
    response.headers = std::move(headers);
    const bool says_when = std::any_of(response.headers.begin(),
                                       response.headers.end(),
                                       [](const auto& one) { return one.first == "Retry-After"; });
    if (status == 503 && !says_when) response.headers.emplace_back("Retry-After", "1");
    const std::string message = observability::redact(error.message);
    response.body = protocol::error_body({.code = error.code,
                                          .message = message,
                                          .request_id = request.request_id,
                                          .details = std::move(details),
                                          .retries = tries.retries,
                                          .last_error = tries.last_error},
                                         now.time);
    respond(std::move(response));
}

void RequestContext::fail(std::uint16_t status, std::string_view code, std::string message) {
    fail(status,
         protocol::RequestError{.code = code,
                                .message = std::move(message),
                                .field = {},
                                .expected = {},
                                .received = {}});
}

std::optional<std::string_view> QueryReader::text(std::string_view name) const {
    const auto place = query_.find(name);
    if (place == query_.end()) return std::nullopt;
    return std::string_view(place->second);
}

std::uint64_t QueryReader::number(std::string_view name,
                                  std::uint64_t absent,
                                  std::pair<std::uint64_t, std::uint64_t> range) {
    const auto given = text(name);
    if (!given) return absent;
    const auto value = base::whole_number<std::uint64_t>(*given);
    if (value && *value >= range.first && *value <= range.second) return *value;
    refuse(name,
           "a whole number from " + std::to_string(range.first) + " to " +
               std::to_string(range.second));
    return absent;
}

std::optional<base::Timestamp> QueryReader::time(std::string_view name) {
    const auto given = text(name);
    if (!given) return std::nullopt;
    if (const auto moment = base::parse_iso8601(*given)) return moment;
    const auto value = base::whole_number<std::int64_t>(*given);
    if (value && *value >= 0 && *value <= kMillisecondsMax) {
        return base::Timestamp::from_milliseconds(*value);
    }
    refuse(name, "a time in UTC such as 2026-11-23T11:53:00Z, or in milliseconds since 1970");
    return std::nullopt;
}

model::Market QueryReader::market() {
    const auto given = text("market");
    if (!given) return model::Market::Futures;
    const auto value = model::parse_market(*given);
    if (!value) refuse("market", "spot or futures");
    return value.value_or(model::Market::Futures);
}

model::ExchangeId QueryReader::exchange() {
    constexpr model::ExchangeId kDefault = model::ExchangeId::Binance;
    const auto given = text("exchange");
    if (!given) return kDefault;
    const auto value = model::parse_exchange(*given);
    if (!value) refuse("exchange", "binance");
    return value.value_or(kDefault);
}

model::InstrumentId QueryReader::instrument(model::Symbol symbol) {
    const model::ExchangeId of_exchange = exchange();
    return {market(), std::move(symbol), of_exchange};
}

std::optional<model::Symbol> QueryReader::symbol() {
    const auto given = text("symbol");
    if (!given) return std::nullopt;
    if (!model::is_valid_symbol(*given)) {
        refuse("symbol", "a symbol as the exchange lists it, such as BTCUSDT");
        error_->code = "INVALID_SYMBOL";
    }
    return model::Symbol(*given);
}

void QueryReader::refuse(std::string_view name, std::string expected) {
    const std::string shown = protocol::excerpt(text(name).value_or(""));
    error_ = protocol::RequestError{.code = "INVALID_FIELD",
                                    .message = "the query parameter '" + std::string(name) +
                                               "' must be " + expected + ", but received '" +
                                               shown + "'",
                                    .field = std::string(name),
                                    .expected = std::move(expected),
                                    .received = shown};
}

}  // namespace botcore::host
