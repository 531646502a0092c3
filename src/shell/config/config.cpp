#include "shell/config/config.hpp"

#include "base/check.hpp"
#include "model/amount.hpp"
#include "shell/cache/redis_url.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace botcore::shell {

namespace {

using Kind = ConfigKind;

constexpr std::array kKeys = {
    ConfigKey{"http.address",
              Kind::Text,
              "127.0.0.1",
              0,
              0,
              "IP address",
              "Where the API listens. Loopback unless you put a TLS proxy in front."},
    ConfigKey{"http.port",
              Kind::Integer,
              "8080",
              0,
              65'535,
              "",
              "TCP port of the API; 0 takes a free one."},
    ConfigKey{"http.cors_origins",
              Kind::Text,
              "",
              0,
              0,
              "origins, separated by commas",
              "Web pages that may use the API, letter by letter; none by default."},
    ConfigKey{
        "http.tls_certificate",
        Kind::Text,
        "",
        0,
        0,
        "path",
        "PEM file of the certificate and its chain; with it the API speaks TLS 1.2 and later."},
    ConfigKey{
        "http.tls_key", Kind::Text, "", 0, 0, "path", "PEM file of the certificate's private key."},
    ConfigKey{
        "http.allow_plain",
        Kind::Text,
        "false",
        0,
        0,
        "true | false",
        "May the API listen beyond this machine without TLS? Only behind a proxy that has it."},
    ConfigKey{"auth.registration",
              Kind::Text,
              "operator",
              0,
              0,
              "operator | open",
              "Who adds users: operators only, or anybody for oneself."},
    ConfigKey{"auth.token_hours",
              Kind::Integer,
              "24",
              1,
              720,
              "hours",
              "How long a token lives that a login made."},
    ConfigKey{"auth.lockout_failures",
              Kind::Integer,
              "5",
              1,
              100,
              "",
              "Wrong passwords in a row that lock a user out."},
    ConfigKey{"auth.lockout_minutes",
              Kind::Integer,
              "15",
              1,
              1440,
              "minutes",
              "How long a user is locked out."},
    ConfigKey{"limits.entries_per_second",
              Kind::Integer,
              "10",
              0,
              100000,
              "a caller's requests",
              "Orders and other entries; 0 is no limit."},
    ConfigKey{"limits.exits_per_second",
              Kind::Integer,
              "100",
              0,
              100000,
              "a caller's requests",
              "Cancels and closes; 0 is no limit."},
    ConfigKey{"limits.reads_per_second",
              Kind::Integer,
              "100",
              0,
              100000,
              "a caller's requests",
              "Everything else with a token; 0 is no limit."},
    ConfigKey{"limits.logins_per_minute",
              Kind::Integer,
              "10",
              0,
              100000,
              "an address's requests",
              "Logins and changes of passwords; 0 is no limit."},
    ConfigKey{"limits.registrations_per_hour",
              Kind::Integer,
              "5",
              0,
              100000,
              "an address's requests",
              "Registrations; 0 is no limit."},
    ConfigKey{"limits.public_per_minute",
              Kind::Integer,
              "1000",
              0,
              1000000,
              "an address's requests",
              "Routes without a token, and requests with a wrong one; 0 is no limit."},
    ConfigKey{"limits.operators",
              Kind::Text,
              "false",
              0,
              0,
              "true | false",
              "Do operators have the limits of callers, too?"},
    ConfigKey{"limits.loopback",
              Kind::Text,
              "false",
              0,
              0,
              "true | false",
              "Do addresses of this machine have the limit of public routes, too?"},
    ConfigKey{"market.source",
              Kind::Text,
              "generated",
              0,
              0,
              "generated | recorded",
              "Where prices come from."},
    ConfigKey{"market.files",
              Kind::Text,
              "",
              0,
              0,
              "paths, separated by commas",
              "Recorded streams to replay, gzip; names begin with spot- or usdm-."},
    ConfigKey{"market.speed",
              Kind::Integer,
              "1",
              0,
              1'000,
              "times real time",
              "Speed of a replay; 0 is as fast as the loop can take it."},
    ConfigKey{"market.seed",
              Kind::Integer,
              "1",
              0,
              1'000'000'000,
              "",
              "Seed of the generated market: the same seed moves the same way."},
    ConfigKey{"paper.deposit",
              Kind::Decimal,
              "10000",
              1,
              1'000'000'000,
              "USDT",
              "What each of the first paper accounts starts with."},
    ConfigKey{"trading.price_age_max_ms",
              Kind::Integer,
              "2000",
              100,
              60'000,
              "milliseconds",
              "A price older than this never produces an entry."},
    ConfigKey{"trading.attempt_window_ms",
              Kind::Integer,
              "2000",
              100,
              60'000,
              "milliseconds",
              "recvWindow of every signed request."},
    ConfigKey{"trading.attempts_max",
              Kind::Integer,
              "3",
              1,
              10,
              "",
              "Attempts of a request that provably never left."},
    ConfigKey{"trading.fence_margin_ms",
              Kind::Integer,
              "0",
              0,
              60'000,
              "milliseconds",
              "M of docs/proof.md; the paper venue needs none."},
    ConfigKey{"trading.view_lag_ms",
              Kind::Integer,
              "0",
              0,
              600'000,
              "milliseconds",
              "L of docs/proof.md; the paper venue's queries do not lag."},
    ConfigKey{"trading.answer_within_ms",
              Kind::Integer,
              "5000",
              100,
              30'000,
              "milliseconds",
              "A caller is told that the outcome is still open after this."},
    ConfigKey{"cache.url",
              Kind::Secret,
              "",
              0,
              0,
              "redis://[:password@]host[:port][/database]",
              "A Redis server for answers that can be made again; empty: in the process."},
    ConfigKey{"cache.entries_max",
              Kind::Integer,
              "4096",
              1,
              1'000'000,
              "",
              "Answers kept in the process."},
    ConfigKey{"cache.memory_mib",
              Kind::Integer,
              "64",
              1,
              4'096,
              "MiB",
              "Memory that answers kept in the process may take."},
    ConfigKey{"reliability.health_check_interval_seconds",
              Kind::Integer,
              "5",
              1,
              60,
              "seconds",
              "From one look at the store, the disk and other parts to the next."},
    ConfigKey{"maintenance.drain_max_seconds",
              Kind::Integer,
              "300",
              0,
              3'600,
              "seconds",
              "A window waits so long for requests that are under way."},
    ConfigKey{"maintenance.ramp_seconds",
              Kind::Integer,
              "900",
              0,
              7'200,
              "seconds",
              "How long the gradual return after a window takes."},
    ConfigKey{"maintenance.watch_seconds",
              Kind::Integer,
              "3600",
              0,
              86'400,
              "seconds",
              "How long the close watch after a window takes."},
    ConfigKey{"store.disk_low_mib",
              Kind::Integer,
              "512",
              0,
              1'048'576,
              "MiB",
              "With less than this left on its disk the health is degraded."},
    ConfigKey{"store.reserve_mib",
              Kind::Integer,
              "16",
              1,
              1'024,
              "MiB",
              "Disk space set aside so that exits and cancels commit on a full disk."},
    ConfigKey{"websocket.connections_max",
              Kind::Integer,
              "1000",
              1,
              10'000,
              "",
              "Listeners of the event stream at a time; one more gets 503."},
    ConfigKey{"websocket.connections_per_user_max",
              Kind::Integer,
              "10",
              1,
              1'000,
              "",
              "Listeners of one user at a time."},
    ConfigKey{"websocket.messages_per_minute_max",
              Kind::Integer,
              "100",
              10,
              10'000,
              "",
              "What one listener may say within a minute."},
    ConfigKey{"websocket.handshake_seconds",
              Kind::Integer,
              "60",
              1,
              600,
              "seconds",
              "A handshake that takes longer is cut; also the first request of a connection."},
    ConfigKey{"websocket.authenticate_seconds",
              Kind::Integer,
              "10",
              1,
              600,
              "seconds",
              "A listener without a token is closed after this."},
    ConfigKey{"websocket.ping_seconds",
              Kind::Integer,
              "30",
              1,
              600,
              "seconds",
              "Between two heartbeats."},
    ConfigKey{"websocket.pong_seconds",
              Kind::Integer,
              "10",
              1,
              600,
              "seconds",
              "A listener that does not answer a heartbeat is cut after this."},
    ConfigKey{"websocket.idle_seconds",
              Kind::Integer,
              "300",
              1,
              86'400,
              "seconds",
              "A listener of whom nothing is heard is closed after this."},
    ConfigKey{"websocket.queue_messages",
              Kind::Integer,
              "1000",
              16,
              100'000,
              "messages",
              "What may wait for a slow listener before it is cut."},
    ConfigKey{
        "websocket.queue_kib", Kind::Integer, "4096", 64, 1'048'576, "KiB", "The same in bytes."},
    ConfigKey{"websocket.prices_ms",
              Kind::Integer,
              "1000",
              50,
              60'000,
              "milliseconds",
              "Between two prices of a symbol on the event stream."},
    ConfigKey{"log.file",
              Kind::Text,
              "",
              0,
              0,
              "path",
              "A log file beside standard error; empty for none."},
    ConfigKey{"log.file_mib",
              Kind::Integer,
              "64",
              1,
              10'240,
              "MiB",
              "The log file is moved aside before it grows beyond."},
    ConfigKey{"log.files",
              Kind::Integer,
              "5",
              1,
              100,
              "",
              "Log files that are kept, the current one included."},
    ConfigKey{"log.buffer_lines",
              Kind::Integer,
              "10000",
              100,
              1'000'000,
              "lines",
              "What may wait for a log sink that is down; the least weighty goes first."},
    ConfigKey{"log.environment",
              Kind::Text,
              "development",
              0,
              0,
              "",
              "What log lines say of where they come from."},
};

const ConfigKey* find_key(std::string_view name) {
    const auto* place = std::find_if(
        kKeys.begin(), kKeys.end(), [&](const ConfigKey& key) { return key.name == name; });
    return place == kKeys.end() ? nullptr : place;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string range_of(const ConfigKey& key) {
    return " from " + std::to_string(key.min) + " to " + std::to_string(key.max) +
           (key.unit.empty() ? std::string() : " " + std::string(key.unit));
}

/// The only values that a key takes whose unit lists them, as "a or b"; empty for any other key.
std::string words_of(const ConfigKey& key) {
    std::string words(key.unit);
    const std::size_t bar = words.find(" | ");
    if (bar == std::string::npos) return {};
    return words.replace(bar, 3, " or ");
}

bool is_one_of(std::string_view words, std::string_view value) {
    if (words.empty()) return true;
    const std::size_t split = words.find(" or ");
    return value == words.substr(0, split) || value == words.substr(split + 4);
}

/// What is wrong with the value; empty when nothing is.
std::string mistake_in(const ConfigKey& key, std::string_view value) {
    const std::string came = ", but '" + std::string(value) + "' came";
    if (key.kind == Kind::Integer) {
        const auto number = parse_integer(value);
        if (!number || *number < key.min || *number > key.max) {
            return "expected a whole number" + range_of(key) + came;
        }
    } else if (key.kind == Kind::Decimal) {
        const auto amount = model::parse_amount<model::Money>(value);
        if (!amount || amount.value() < model::Money::whole(key.min) ||
            amount.value() > model::Money::whole(key.max)) {
            return "expected a decimal number" + range_of(key) + came;
        }
    } else if (key.name == "cache.url" && !value.empty()) {
        const auto address = cache::parse_redis_url(value);
        if (!address) return address.error();
    } else if (const std::string words = words_of(key); !is_one_of(words, value)) {
        return "expected " + words + came;
    }
    return {};
}

/// A TOML value as the text that `set` takes; nothing for a table or a list.
std::optional<std::string> text_of(const toml::node& node) {
    if (auto text = node.value_exact<std::string>()) return text;
    if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
    if (const auto truth = node.value_exact<bool>()) return *truth ? "true" : "false";
    return std::nullopt;
}

}  // namespace

std::span<const ConfigKey> config_keys() {
    return kKeys;
}

std::string shown(const ConfigKey& key, const ConfigValue& value) {
    if (key.kind != ConfigKind::Secret || value.text.empty()) return value.text;
    return "(set)";
}

Config::Config() {
    for (const auto& key : kKeys)
        values_[std::string(key.name)].text = key.fallback;
}

base::Outcome<std::string> Config::set(std::string_view key,
                                       std::string_view value,
                                       std::string_view origin) {
    const ConfigKey* known = find_key(key);
    if (known == nullptr) {
        return base::Failure{std::string(origin) + ": there is no key '" + std::string(key) +
                             "'; `botctl config check` lists all keys"};
    }
    const std::string mistake = mistake_in(*known, value);
    if (!mistake.empty()) {
        return base::Failure{std::string(origin) + ": " + std::string(key) + ": " + mistake};
    }
    values_[std::string(key)] = {std::string(value), std::string(origin)};
    return base::Done{};
}

base::Outcome<std::string> Config::read_file(const std::string& path) {
    try {
        const toml::table document = toml::parse_file(path);
        for (const auto& [section, content] : document) {
            const auto* table = content.as_table();
            if (table == nullptr) {
                return base::Failure{path + ": '" + std::string(section.str()) +
                                     "' stands outside of a table such as [http]"};
            }
            for (const auto& [name, node] : *table) {
                std::string key(section.str());
                key += '.';
                key += name.str();
                const auto text = text_of(node);
                if (!text) {
                    return base::Failure{path + ": " + key + ": expected a text or whole number"};
                }
                (void)TRY(set(key, *text, path));
            }
        }
    } catch (const toml::parse_error& error) {
        return base::Failure{path + ", line " + std::to_string(error.source().begin.line) + ": " +
                             std::string(error.description())};
    }
    return base::Done{};
}

base::Outcome<std::string> Config::read_environment(const char* const* environment) {
    constexpr std::string_view kPrefix = "BOTCORE_";
    for (; environment != nullptr && *environment != nullptr; ++environment) {
        const std::string_view entry = *environment;
        if (!entry.starts_with(kPrefix)) continue;
        const std::size_t equals = entry.find('=');
        const std::string_view variable = entry.substr(0, equals);
        if (equals == std::string_view::npos || variable == "BOTCORE_DATA") continue;
        for (const auto& key : kKeys) {
            std::string name(kPrefix);
            for (const char c : key.name) {
                name +=
                    c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            }
            if (name == variable) (void)TRY(set(key.name, entry.substr(equals + 1), variable));
        }
    }
    return base::Done{};
}

const std::string& Config::text(std::string_view key) const {
    return value(key).text;
}

std::int64_t Config::integer(std::string_view key) const {
    const auto number = parse_integer(text(key));
    CHECK(number.has_value());
    return *number;
}

bool Config::is_on(std::string_view key) const {
    return text(key) == "true";
}

const ConfigValue& Config::value(std::string_view key) const {
    const auto place = values_.find(key);
    CHECK(place != values_.end());
    return place->second;
}

}  // namespace botcore::shell
