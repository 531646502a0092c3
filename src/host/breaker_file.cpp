#include "host/breaker_file.hpp"

#include "host/durable_file.hpp"
#include "host/whole_file.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace botcore::host {

namespace json = boost::json;
using resilience::BreakerMemory;

namespace {

constexpr std::int64_t kVersion = 1;

std::optional<BreakerMemory> memory_of(const json::value& value) {
    const auto* object = value.if_object();
    if (object == nullptr) return std::nullopt;
    const auto* state = object->if_contains("state");
    const auto* changed_at = object->if_contains("changed_at_us");
    const auto* openings = object->if_contains("openings");
    if (state == nullptr || !state->is_string() || changed_at == nullptr ||
        !changed_at->is_int64() || openings == nullptr || !openings->is_int64() ||
        changed_at->get_int64() < 0 || openings->get_int64() < 0 ||
        openings->get_int64() > UINT32_MAX) {
        return std::nullopt;
    }
    const auto& name = state->get_string();
    const auto known = resilience::parse_breaker_state({name.data(), name.size()});
    if (!known) return std::nullopt;
    return BreakerMemory{.state = *known,
                         .changed_at = base::Timestamp::from_microseconds(changed_at->get_int64()),
                         .openings = static_cast<std::uint32_t>(openings->get_int64())};
}

}  // namespace

BreakerFile::BreakerFile(std::filesystem::path path, observability::Log& log)
    : path_(std::move(path)),
      log_(log) {
    read();
}

void BreakerFile::read() {
    const auto text = read_file_if_there(path_);
    if (text && (!text.value() || understand(*text.value()))) return;
    memories_.clear();
    std::filesystem::path aside = path_;
    aside += ".damaged";
    std::error_code error;
    std::filesystem::rename(path_, aside, error);
    log_.write(
        observability::Level::Warn,
        "the file of circuit-breaker states is damaged and was renamed; all breakers start closed",
        {{"file", aside.native()},
         {"moved", error ? "no" : "yes"},
         {"cause", text ? "its content cannot be parsed" : text.error()}});
}

bool BreakerFile::understand(const std::string& text) {
    boost::system::error_code error;
    const json::value document = json::parse(text, error);
    if (error || !document.is_object()) return false;
    const auto* version = document.get_object().if_contains("version");
    const auto* breakers = document.get_object().if_contains("breakers");
    if (version == nullptr || *version != kVersion || breakers == nullptr ||
        !breakers->is_object()) {
        return false;
    }
    for (const auto& [name, value] : breakers->get_object()) {
        const auto memory = memory_of(value);
        if (!memory) return false;
        memories_.emplace(name, *memory);
    }
    return true;
}

std::optional<BreakerMemory> BreakerFile::find(std::string_view name) const {
    const auto place = memories_.find(name);
    if (place == memories_.end()) return std::nullopt;
    return place->second;
}

void BreakerFile::store(std::string_view name, const BreakerMemory& memory) {
    memories_[std::string(name)] = memory;
    if (write()) return;
    log_.write(observability::Level::Error,
               "cannot write the file of circuit-breaker states; after a restart all breakers "
               "would be closed",
               {{"file", path_.native()}});
}

bool BreakerFile::write() const {
    json::object breakers;
    for (const auto& [name, memory] : memories_) {
        json::object one;
        one["state"] = to_text(memory.state);
        one["changed_at_us"] = memory.changed_at.in_microseconds();
        one["openings"] = memory.openings;
        breakers[name] = std::move(one);
    }
    json::object document;
    document["version"] = kVersion;
    document["breakers"] = std::move(breakers);
    return replace_file(path_, json::serialize(document) + "\n", Durability::Unsynced).has_value();
}

}  // namespace botcore::host
