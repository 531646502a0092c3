#include "tests/crash/crash_run.hpp"

#include "model/amount.hpp"
#include "tests/crash/api_calls.hpp"
#include "tests/crash/figure_report.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace botcore::crash {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kSamples = 40;
constexpr std::size_t kOrdersMax = 15;
constexpr std::size_t kFailuresMax = 30;
constexpr std::uint64_t kProgressEvery = 10;
constexpr seconds kDoubtsEndWithin(60);

std::uint64_t kills_done(const std::filesystem::path& folder) {
    std::uint64_t kills = 0;
    std::ifstream(folder / "kills") >> kills;
    return kills;
}

}  // namespace

CrashRun::CrashRun(CrashOptions options)
    : options_(std::move(options)),
      random_(options_.seed),
      mix_({.seed = options_.seed}, log_),
      daemon_({.program = options_.program,
               .data = options_.folder / "data",
               .arguments = {"--market", "generated"}}) {
}

CrashFigures CrashRun::run() {
    if (!prepare()) return figures_;
    while (figures_.kills < options_.kills && figures_.failures.empty()) {
        load_and_kill();
        if (figures_.kills % options_.audit_every == 0) audit();
        if (random_.chance(1, 8) && figures_.kills < options_.kills) kill_on_the_way_up();
        if (!start() || !settle_doubts()) return figures_;
        ask_samples();
        look_at_orders();
        save_progress();
        if (figures_.kills % kProgressEvery == 0) print_progress();
    }
    daemon_.kill();
    audit();
    return figures_;
}

bool CrashRun::prepare() {
    std::filesystem::create_directories(options_.folder);
    figures_.kills = kills_done(options_.folder);
    if (auto attached = log_.attach(options_.folder / "promises.log"); !attached) {
        fail(attached.error());
        return false;
    }
    random_ = base::Random(options_.seed + figures_.kills);
    if (!start()) return false;
    if (auto opened = open_accounts(mix_.accounts(), daemon_.port(), daemon_.token()); !opened) {
        fail(opened.error());
        return false;
    }
    return settle_doubts();
}

bool CrashRun::start() {
    if (auto started = daemon_.start(); !started) {
        fail("restart after kill " + std::to_string(figures_.kills) + ": " + started.error());
        return false;
    }
    mix_.set_token(daemon_.token());
    figures_.restart_ms.push_back(
        std::chrono::duration<double, std::milli>(daemon_.start_time()).count());
    return true;
}

void CrashRun::load_and_kill() {
    const auto connections = static_cast<std::size_t>(random_.between(16, 64));
    LoadClient client(daemon_.port(), connections, mix_);
    if (auto connected = client.connect(); !connected) return fail(connected.error());
    mix_.set_only_again(false);
    client.run_until(Clock::now() + milliseconds(random_.between(5, 200)));
    if (client.open_count() < connections) {
        fail("the daemon closed connections under load: " + daemon_.last_output());
    }
    daemon_.kill();
    ++figures_.kills;
    mix_.set_paused(true);
    client.drain_until(Clock::now() + seconds(5));  // Replies sent before the kill count.
    figures_.in_doubt += log_.in_doubt().size();
    client.close();
    mix_.set_paused(false);
    note_contradictions();
}

void CrashRun::kill_on_the_way_up() {
    if (!daemon_.spawn()) return;
    const auto deadline = Clock::now() + milliseconds(random_.between(0, 60));
    (void)wait_until(seconds(1), [&] { return Clock::now() >= deadline; });
    daemon_.kill();
    ++figures_.kills;
}

void CrashRun::run_again(const std::vector<TradeLog::Id>& ids) {
    mix_.repeat(ids);
    mix_.set_only_again(true);
    LoadClient client(daemon_.port(), std::min<std::size_t>(16, ids.size()), mix_);
    if (auto connected = client.connect(); !connected) return fail(connected.error());
    client.run_until(Clock::now() + seconds(20));
    client.drain_until(Clock::now() + seconds(20));
    note_contradictions();
}

/// Repeats every key whose outcome is open, with the same body, until it has one.
bool CrashRun::settle_doubts() {
    const auto deadline = Clock::now() + kDoubtsEndWithin;
    while (Clock::now() < deadline) {
        const auto open = log_.in_doubt();
        if (open.empty()) return true;
        run_again(open);
        if (!figures_.failures.empty()) return false;
    }
    const auto open = log_.in_doubt();
    if (open.empty()) return true;
    fail("key " + log_.record(open.front()).call.key + " and " + std::to_string(open.size() - 1) +
         " others never got a reply");
    return false;
}

/// Checks that keys with a reply get the same bytes again.
void CrashRun::ask_samples() {
    std::vector<TradeLog::Id> ids;
    for (std::size_t i = 0; i < kSamples && log_.size() > 0; ++i) {
        ids.push_back(random_.below(log_.size()));
    }
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    if (!ids.empty()) run_again(ids);
}

void CrashRun::look_at_orders() {
    for (std::size_t i = 0; i < kOrdersMax && log_.size() > 0; ++i) {
        // Half of the checks go to recent calls, which were in progress around the kill, half to
        // any call.
        const std::uint64_t recent = std::min<std::uint64_t>(log_.size(), 200);
        const std::uint64_t id =
            i % 2 == 0 ? random_.below(log_.size()) : log_.size() - 1 - random_.below(recent);
        CallRecord& record = log_.record(id);
        if (!record.order.empty() && record.call.method == "POST") look_at(record);
    }
}

void CrashRun::look_at(CallRecord& record) {
    const auto answer = daemon_.ask(read_order(record.account, record.order));
    if (!answer || answer->status != 200) {
        ++figures_.lost;
        return fail("order " + record.order +
                    " cannot be read: " + (answer ? answer->body : std::string("no reply")));
    }
    const std::string status(field_of(answer->body, "status"));
    const std::string executed(field_of(answer->body, "executed_quantity"));
    const auto now = model::parse_amount<model::Quantity>(executed);
    const auto seen = model::parse_amount<model::Quantity>(record.executed);
    const bool changed = is_terminal(record.order_status) &&
                         (status != record.order_status || executed != record.executed);
    if (changed || (seen && (!now || now.value() < seen.value()))) {
        ++figures_.lost;
        return fail("order " + record.order + " was " + record.order_status + " with " +
                    record.executed + " filled, now " + status + " with " + executed);
    }
    record.order_status = status;
    record.executed = executed;
}

void CrashRun::audit() {
    const AuditReport report = audit_store(options_.folder / "data", log_);
    figures_.lost += report.lost;
    figures_.doubled += report.doubled;
    figures_.wrong += report.wrong;
    figures_.orders = report.orders;
    figures_.acknowledged = report.acknowledged;
    for (const std::string& finding : report.findings)
        fail("after kill " + std::to_string(figures_.kills) + ": " + finding);
}

void CrashRun::note_contradictions() {
    const auto& all = mix_.contradictions();
    for (; contradictions_seen_ < all.size(); ++contradictions_seen_) {
        ++figures_.lost;
        fail(all[contradictions_seen_]);
    }
}

void CrashRun::save_progress() const {
    std::ofstream(options_.folder / "kills") << figures_.kills << '\n';
}

void CrashRun::print_progress() const {
    const auto& times = figures_.restart_ms;
    std::printf(
        "%6llu kills, %llu replies verified, %llu in doubt, restart %.0f ms, at most %.0f\n",
        static_cast<unsigned long long>(figures_.kills),
        static_cast<unsigned long long>(log_.response_count()),
        static_cast<unsigned long long>(figures_.in_doubt),
        median(times),
        *std::ranges::max_element(times));
    std::fflush(stdout);
}

void CrashRun::fail(std::string what) {
    if (figures_.failures.size() < kFailuresMax) figures_.failures.push_back(std::move(what));
}

}  // namespace botcore::crash
