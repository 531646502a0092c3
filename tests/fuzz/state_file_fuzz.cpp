/// The files in the daemon's folder and the configuration: the breakers, the uptime figures, the
/// operator's token, the hidden symbols, botcore.toml, the environment, notices that wait and
/// incidents. The first byte selects the parser. Accepted content is usable and reads back the
/// same; damaged content leaves a working daemon.

#include "api/followed_symbols.hpp"
#include "base/check.hpp"
#include "host/breaker_file.hpp"
#include "host/config.hpp"
#include "input_file.hpp"
#include "net/bearer_header.hpp"
#include "observability/log.hpp"
#include "resilience/breaker.hpp"
#include "services/health/uptime_file.hpp"
#include "services/incidents/incident_json.hpp"
#include "services/notifications/outbox_json.hpp"
#include "services/users/operator_token.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <boost/json/serialize.hpp>
#include <sys/stat.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace botcore;
using base::Duration;
using base::Timestamp;

constexpr Timestamp kNow = Timestamp::from_milliseconds(1'790'000'000'000);

const std::filesystem::path& folder() {
    static const scratch::TemporaryFolder kFolder;
    return kFolder.path();
}

observability::Log& quiet_log() {
    static observability::Log log("fuzz", observability::Level::Fatal, folder() / "log");
    return log;
}

void check_breaker(const resilience::BreakerMemory& memory) {
    const resilience::BreakerRules rules;
    resilience::Breaker breaker(rules);
    breaker.restore(memory, kNow);
    CHECK(breaker.wait_left(kNow) >= Duration());
    CHECK(breaker.wait_left(kNow) <= rules.open_for_max);
    const bool open = breaker.state() == resilience::BreakerState::Open;
    if (open && !breaker.acquire(kNow)) {
        CHECK(breaker.acquire(kNow + rules.open_for_max).has_value());
    }
}

void breakers(std::string_view text) {
    const auto path = folder() / "breakers.json";
    fuzz::write_file(path, text);
    host::BreakerFile file(path, quiet_log());
    const auto memory = file.find("analysis");
    if (memory) check_breaker(*memory);
    file.store("other", {.state = resilience::BreakerState::Open, .changed_at = kNow});
    const host::BreakerFile again(path, quiet_log());
    CHECK(again.find("analysis") == memory);
    CHECK(again.find("other").has_value());
}

void uptime(std::string_view text) {
    const auto read = health::parse_uptime(text);
    if (!read) return CHECK(!read.error().empty());
    const auto again = health::parse_uptime(health::to_json(read.value()));
    CHECK(again.has_value());
    CHECK(again.value().logs().size() == read.value().logs().size());
    for (const auto& [service, before] : read.value().logs()) {
        const operations::UptimeLog& after = again.value().logs().at(service);
        CHECK(after.days() == before.days());
        CHECK(after.outages() == before.outages());
        CHECK(after.noted_until() == before.noted_until());
    }
    operations::UptimeLog log = read.value().engine();
    log.resume(kNow, std::nullopt);
    log.note(kNow + Duration::seconds(10), {operations::HealthState::Healthy, false});
    log.note(kNow + Duration::seconds(20), {operations::HealthState::Unhealthy, false});
    for (const auto planned :
         {operations::PlannedTime::LeftOut, operations::PlannedTime::CountsAsDown}) {
        const auto share = operations::availability_ppm(log.over(30), planned);
        CHECK(share >= 0 && share <= 1'000'000);
    }
    const auto failures = log.failures(30);
    if (failures.between) CHECK(*failures.between >= Duration());
    if (failures.to_repair) CHECK(*failures.to_repair >= Duration());
}

void operator_token(std::string_view text) {
    const auto path = folder() / "operator.token";
    fuzz::write_file(path, text);
    CHECK(::chmod(path.c_str(), 0600) == 0);
    const auto token = users::OperatorToken::load(folder());
    if (!token) return CHECK(!token.error().text.empty());
    // The token in the file authenticates its holder.
    const std::string header = "Bearer " + std::string(token.value().secret().reveal());
    const auto shown = net::bearer_of(header);
    CHECK(shown.has_value());
    CHECK(token.value().caller_of(*shown, kNow).has_value());
}

void hidden_symbols(std::string_view text) {
    const auto path = folder() / "hidden_symbols";
    fuzz::write_file(path, text);
    api::FollowedSymbols symbols(path);
    const model::InstrumentId id{model::Market::Spot, model::Symbol("BTCUSDT")};
    const model::InstrumentId other{model::Market::Futures, model::Symbol("BTCUSDT")};
    const bool other_followed = symbols.is_followed(other);
    CHECK(symbols.load_error().empty() || (symbols.is_followed(id) && other_followed));
    const bool change = symbols.is_followed(id);
    CHECK((change ? symbols.unfollow(id) : symbols.follow(id)).has_value());
    const api::FollowedSymbols again(path);
    CHECK(again.load_error().empty());
    CHECK(again.is_followed(id) != change);
    CHECK(again.is_followed(other) == other_followed);
}

/// Each value is valid for its key.
void check_config(const host::Config& config) {
    host::Config copy;
    for (const host::ConfigKey& key : host::config_keys()) {
        CHECK(copy.set(key.name, config.text(key.name), "again").has_value());
        if (key.kind != host::ConfigKind::Integer) continue;
        CHECK(config.integer(key.name) >= key.min && config.integer(key.name) <= key.max);
    }
}

void config_file(std::string_view text) {
    const auto path = folder() / "botcore.toml";
    fuzz::write_file(path, text);
    host::Config config;
    const auto read = config.read_file(path);
    CHECK(read.has_value() || !read.error().empty());
    check_config(config);
}

void environment(std::string_view text) {
    std::string entries(text);
    std::vector<const char*> list;
    for (std::size_t at = 0; at < entries.size();) {
        const std::size_t end = std::min(entries.find('\n', at), entries.size());
        list.push_back(entries.data() + at);
        if (end < entries.size()) entries[end] = '\0';
        at = end + 1;
    }
    list.push_back(nullptr);
    host::Config config;
    const auto read = config.read_environment(list.data());
    CHECK(read.has_value() || !read.error().empty());
    check_config(config);
}

void waiting_notice(std::string_view text) {
    const auto read = notifications::parse_outbox_row(text);
    if (!read) return CHECK(!read.error().empty());
    const std::string stored = notifications::to_json(read.value());
    const auto again = notifications::parse_outbox_row(stored);
    CHECK(again.has_value());
    CHECK(notifications::to_json(again.value()) == stored);
}

void incident(std::string_view text) {
    const auto read = incidents::parse_incident(text);
    if (!read) return CHECK(!read.error().empty());
    const std::string stored = boost::json::serialize(incidents::to_json(read.value()));
    const auto again = incidents::parse_incident(stored);
    CHECK(again.has_value());
    CHECK(boost::json::serialize(incidents::to_json(again.value())) == stored);
    operations::IncidentBook book({read.value()});
    (void)book.tick(kNow);
    CHECK(book.incidents().front().duration(kNow) >= Duration());
    CHECK(!operations::incident_report(book.incidents().front(), kNow).empty());
    const auto times = operations::mean_times(book.incidents());
    CHECK(times.to_detect.value() >= Duration());
}

constexpr std::array kReaders = {breakers,
                                 uptime,
                                 operator_token,
                                 hidden_symbols,
                                 config_file,
                                 environment,
                                 waiting_notice,
                                 incident};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    // 'a' selects the first parser, so that seeds can be written by hand.
    const auto letter = static_cast<std::size_t>(data[0]);
    kReaders.at((letter + kReaders.size() * 100 - 'a') % kReaders.size())(text.substr(1));
    return 0;
}
