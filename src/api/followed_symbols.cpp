#include "api/followed_symbols.hpp"

#include "host/durable_file.hpp"
#include "host/whole_file.hpp"

#include <optional>
#include <sstream>
#include <utility>

namespace botcore::api {

namespace {

/// Parses the file, which has one line for each hidden instrument: market, space, symbol.
std::optional<std::set<model::InstrumentId>> parse(const std::string& text) {
    std::set<model::InstrumentId> hidden;
    std::istringstream lines(text);
    std::string line;
    while (std::getline(lines, line)) {
        const std::size_t space = line.find(' ');
        if (space == std::string::npos) return std::nullopt;
        const auto market = model::parse_market(line.substr(0, space));
        const std::string symbol = line.substr(space + 1);
        if (!market || !model::is_valid_symbol(symbol)) return std::nullopt;
        hidden.insert({*market, model::Symbol(symbol)});
    }
    return hidden;
}

std::string text_of(const std::set<model::InstrumentId>& hidden) {
    std::string text;
    for (const auto& id : hidden)
        text.append(to_text(id.market)).append(" ").append(id.symbol.text()).append("\n");
    return text;
}

}  // namespace

FollowedSymbols::FollowedSymbols(std::filesystem::path path) : path_(std::move(path)) {
    if (path_.empty()) return;
    const auto text = host::read_file_if_there(path_);
    if (!text) {
        trouble_ = text.error() + ": all symbols are shown";
        return;
    }
    if (!text.value()) return;
    auto hidden = parse(*text.value());
    if (!hidden) {
        trouble_ = path_.string() + " cannot be read: all symbols are shown";
        return;
    }
    hidden_ = *std::move(hidden);
}

base::Outcome<std::string> FollowedSymbols::follow(const model::InstrumentId& instrument) {
    auto hidden = hidden_;
    if (hidden.erase(instrument) == 0) return base::Done{};
    return change_to(std::move(hidden));
}

base::Outcome<std::string> FollowedSymbols::unfollow(const model::InstrumentId& instrument) {
    auto hidden = hidden_;
    if (!hidden.insert(instrument).second) return base::Done{};
    return change_to(std::move(hidden));
}

base::Outcome<std::string> FollowedSymbols::change_to(std::set<model::InstrumentId> hidden) {
    if (!path_.empty()) {
        const auto written = host::replace_file(path_, text_of(hidden), host::Durability::Synced);
        if (!written) {
            return base::Failure{"cannot write " + path_.string() + ": " + written.error()};
        }
    }
    hidden_ = std::move(hidden);
    return base::Done{};
}

}  // namespace botcore::api
