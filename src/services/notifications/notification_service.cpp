#include "services/notifications/notification_service.hpp"

#include "base/check.hpp"
#include "services/notifications/outbox_json.hpp"

#include <algorithm>
#include <utility>

namespace botcore::notifications {

using base::Duration;
using base::Timestamp;
using ports::Delivery;
using ports::Notice;
using ports::NoticeLevel;
using runtime::OutboxRow;

namespace {

constexpr std::string_view kKind = "outbox";
constexpr std::string_view kHeldKind = "held_notice";
/// A channel that delivers nothing for this long is reported over the others.
constexpr Duration kFailingAfter = Duration::seconds(60);

ports::ServiceChange removal_of(std::uint64_t number) {
    return {.row = {.kind = std::string(kKind), .key = ports::numbered_key(number), .text = {}},
            .removed = true};
}

ports::ServiceChange removal_of_held(const std::string& subject) {
    return {.row = {.kind = std::string(kHeldKind), .key = subject, .text = {}}, .removed = true};
}

std::vector<runtime::Outbox::ChannelRules> rules_of(const std::vector<Channel>& channels) {
    std::vector<runtime::Outbox::ChannelRules> rules;
    for (const Channel& channel : channels)
        rules.push_back({.name = channel.name, .gap = channel.gap});
    return rules;
}

std::string_view word_of(Delivery::Result result) {
    switch (result) {
        case Delivery::Result::Delivered:
            return "delivered";
        case Delivery::Result::Failed:
            return "failed";
        case Delivery::Result::Refused:
            break;
    }
    return "refused";
}

}  // namespace

base::Result<std::unique_ptr<NotificationService>, std::string> NotificationService::make(
    const Parts& parts, std::vector<Channel> channels, NoticeRoutes routes) {
    std::unique_ptr<NotificationService> service(
        new NotificationService(parts, std::move(channels), std::move(routes)));
    TRY(service->restore());
    return service;
}

NotificationService::NotificationService(const Parts& parts,
                                         std::vector<Channel> channels,
                                         NoticeRoutes routes)
    : parts_(parts),
      channels_(std::move(channels)),
      routes_(std::move(routes)),
      outbox_(rules_of(channels_)) {
    for (const Channel& channel : channels_) {
        for (const auto result :
             {Delivery::Result::Delivered, Delivery::Result::Failed, Delivery::Result::Refused})
            parts_.metrics.count("notices_total", {channel.name, word_of(result)}, 0);
        parts_.metrics.count("notices_total", {channel.name, "dropped"}, 0);
        parts_.metrics.set("notices_waiting", {channel.name}, 0);
    }
}

/// A row that cannot be read is logged and removed: it must not stop the others.
base::Outcome<std::string> NotificationService::restore() {
    std::vector<OutboxRow> rows;
    std::vector<ports::ServiceChange> removed;
    for (const ports::ServiceRow& stored : TRY(parts_.store.rows(kKind))) {
        auto row = parse_outbox_row(stored.text);
        const bool is_next = row && (rows.empty() || row.value().number > rows.back().number);
        if (is_next) {
            rows.push_back(std::move(row).value());
            continue;
        }
        parts_.log.write(observability::Level::Error,
                         "A stored notice cannot be read and is dropped",
                         {{"operation", std::string_view("notices")},
                          {"cause", row ? "its number is not ascending" : row.error()},
                          {"row", stored.text}});
        removed.push_back({.row = stored, .removed = true});
    }
    for (const OutboxRow& row : outbox_.restore(std::move(rows))) {
        parts_.log.write(observability::Level::Warn,
                         "A notice is dropped because its channel is not configured any more",
                         {{"operation", std::string_view("notices")},
                          {"channel", row.channel},
                          {"text", row.notice.text}});
        removed.push_back(removal_of(row.number));
    }
    for (const ports::ServiceRow& stored : TRY(parts_.store.rows(kHeldKind))) {
        auto row = parse_outbox_row(stored.text);
        if (row) {
            held_.emplace(stored.key, std::move(row).value().notice);
            continue;
        }
        parts_.log.write(observability::Level::Error,
                         "A stored warning cannot be read and is dropped",
                         {{"operation", std::string_view("notices")},
                          {"cause", row.error()},
                          {"row", stored.text}});
        removed.push_back({.row = stored, .removed = true});
    }
    if (!removed.empty()) parts_.store.change(std::move(removed), nullptr);
    return base::Done{};
}

void NotificationService::send(const Notice& notice, Done done) {
    parts_.log_channel.send(notice, nullptr);
    if (!hold(notice)) enqueue(notice, channels_for(notice.level));
    if (done) done({});
}

/// Whether the notice is not sent now because of the quiet hours.
bool NotificationService::hold(const Notice& notice) {
    if (notice.level != NoticeLevel::Warning || !routes_.quiet_hours) return false;
    if (notice.over) {
        // It began in the same quiet hours: nobody was told, and nobody needs to be.
        const bool is_held = held_.erase(notice.subject) > 0;
        if (is_held) parts_.store.change({removal_of_held(notice.subject)}, nullptr);
        return is_held;
    }
    if (!routes_.quiet_hours->contain(parts_.now().time)) return false;
    const Notice& held = held_[notice.subject] = timed(notice);
    parts_.store.change(
        {{.row = {.kind = std::string(kHeldKind),
                  .key = notice.subject,
                  .text = to_json({.number = 1, .channel = "held", .notice = held})}}},
        nullptr);
    return true;
}

void NotificationService::release_held(Timestamp now) {
    if (held_.empty() || (routes_.quiet_hours && routes_.quiet_hours->contain(now))) return;
    for (const auto& [subject, notice] : std::exchange(held_, {})) {
        const auto added = outbox_.add(notice, channels_for(notice.level), parts_.now().monotonic);
        // Both changes become durable together.
        store(added, {removal_of_held(subject)});
    }
}

std::vector<std::string> NotificationService::channels_for(NoticeLevel level) const {
    const auto& wanted = level == NoticeLevel::Critical  ? routes_.critical
                         : level == NoticeLevel::Warning ? routes_.warning
                                                         : routes_.info;
    std::vector<std::string> found;
    for (const std::string& name : wanted)
        if (outbox_.has_channel(name)) found.push_back(name);
    if (found.empty() && level != NoticeLevel::Info) return others("");
    return found;
}

/// All channels for everybody except this one.
std::vector<std::string> NotificationService::others(std::string_view channel) const {
    std::vector<std::string> names;
    for (const Channel& one : channels_)
        if (one.name != channel && !one.is_personal) names.push_back(one.name);
    return names;
}

void NotificationService::enqueue(const Notice& notice, const std::vector<std::string>& channels) {
    const model::Now now = parts_.now();
    store(outbox_.add(timed(notice), channels, now.monotonic), {});
}

void NotificationService::send_to(const Notice& notice,
                                  const std::vector<std::string>& channels,
                                  std::vector<ports::ServiceChange> together) {
    parts_.log_channel.send(notice, nullptr);
    std::vector<std::string> known;
    for (const std::string& name : channels)
        if (outbox_.has_channel(name)) known.push_back(name);
    const Timestamp now = parts_.now().monotonic;
    store(outbox_.add_repeatable(timed(notice), known, now), std::move(together));
}

/// The notice with a time.
Notice NotificationService::timed(Notice notice) const {
    if (notice.time == Timestamp()) notice.time = parts_.now().time;
    return notice;
}

/// Stores what was added to the outbox, and `changes` with it.
void NotificationService::store(const runtime::Outbox::Added& added,
                                std::vector<ports::ServiceChange> changes) {
    for (const OutboxRow& row : added.put) {
        changes.push_back({.row = {.kind = std::string(kKind),
                                   .key = ports::numbered_key(row.number),
                                   .text = to_json(row)}});
    }
    for (const std::uint64_t number : added.dropped)
        changes.push_back(removal_of(number));
    if (changes.empty()) return;
    parts_.store.change(std::move(changes), [this, rows = added.put] {
        for (const OutboxRow& row : rows)
            outbox_.stored(row.number);
    });
}

bool NotificationService::send_test(std::string_view channel, Done done) {
    const auto found = std::find_if(channels_.begin(), channels_.end(), [&](const Channel& one) {
        return one.name == channel;
    });
    if (found == channels_.end()) return false;
    const Timestamp now = parts_.now().time;
    found->notifier->send({.id = "test-" + std::to_string(now.in_milliseconds()),
                           .subject = "test",
                           .level = NoticeLevel::Info,
                           .text = "This is a test message. An operator sent it with "
                                   "botctl notify test.",
                           .time = now},
                          std::move(done));
    return true;
}

std::vector<NotificationService::ChannelView> NotificationService::channels() const {
    std::vector<ChannelView> views;
    for (const Channel& channel : channels_)
        views.push_back({channel.name, outbox_.state(channel.name)});
    return views;
}

void NotificationService::tick(const model::Now& now) {
    release_held(now.time);
    for (const Channel& channel : channels_) {
        send_due(channel);
        watch(channel.name, now.monotonic);
        const auto& state = outbox_.state(channel.name);
        using observability::as_number;
        parts_.metrics.set("notices_waiting", {channel.name}, as_number(state.waiting));
        parts_.metrics.raise("notices_total", {channel.name, "dropped"}, as_number(state.dropped));
    }
}

void NotificationService::send_due(const Channel& channel) {
    const auto row = outbox_.take_due(channel.name, parts_.now().monotonic);
    if (!row) return;
    channel.notifier->send(row->notice,
                           [this, name = channel.name, row = *row](const Delivery& delivery) {
                               finished(name, row, delivery);
                           });
}

void NotificationService::finished(const std::string& channel,
                                   const OutboxRow& row,
                                   const Delivery& delivery) {
    count(channel, word_of(delivery.result));
    if (outbox_.finished(channel, delivery, parts_.now().monotonic)) {
        parts_.store.change({removal_of(row.number)}, nullptr);
    }
    if (delivery.result == Delivery::Result::Delivered) {
        return delivered_(channel, row.notice, parts_.now().time);
    }
    parts_.log.write(observability::Level::Warn,
                     "A notice could not be delivered",
                     {{"operation", std::string_view("notices")},
                      {"channel", channel},
                      {"notice", row.notice.id},
                      {"result", word_of(delivery.result)},
                      {"cause", delivery.error}});
    if (delivery.result == Delivery::Result::Refused) {
        report_refusal(channel, row, delivery.error);
    }
}

/// The notice itself goes over the other channels, with the reason why. A notice about a refusal
/// is not reported again, so that channels that refuse everything do not report each other.
void NotificationService::report_refusal(const std::string& channel,
                                         const OutboxRow& row,
                                         const std::string& error) {
    constexpr std::string_view kPrefix = "NoticeRefused/";
    if (row.notice.subject.starts_with(kPrefix)) return;
    Notice notice = row.notice;
    notice.id.clear();
    notice.subject = std::string(kPrefix) + channel + "/" + row.notice.subject;
    notice.text = "The channel " + channel + " refused this notice: " + row.notice.text;
    notice.facts.emplace_back("refused_because", error);
    parts_.log_channel.send(notice, nullptr);
    enqueue(notice, others(channel));
}

/// Reports a channel that fails for a while, and that it works again.
void NotificationService::watch(const std::string& channel, Timestamp now) {
    const auto& state = outbox_.state(channel);
    const auto known = std::find(failing_.begin(), failing_.end(), channel);
    const bool is_failing = state.failing_since && now - *state.failing_since >= kFailingAfter;
    if (is_failing == (known != failing_.end())) return;
    if (!is_failing && state.failing_since) return;
    Notice notice{.subject = "ChannelFailing/" + channel,
                  .level = NoticeLevel::Warning,
                  .over = !is_failing,
                  .text = is_failing ? "The channel " + channel +
                                           " has delivered nothing for a "
                                           "minute; its notices wait"
                                     : "The channel " + channel + " delivers again",
                  .page = "docs/runbooks/notifier-down.md",
                  .action = is_failing ? "Check the channel's address and key; "
                                         "botctl notify test " +
                                             channel
                                       : ""};
    if (is_failing) {
        notice.facts.emplace_back("cause", state.error);
        failing_.push_back(channel);
    } else {
        failing_.erase(known);
    }
    parts_.log_channel.send(notice, nullptr);
    enqueue(notice, others(channel));
}

void NotificationService::count(std::string_view channel, std::string_view result) {
    parts_.metrics.count("notices_total", {channel, result});
}

void NotificationService::add_probes(host::HealthProber& prober) {
    if (channels_.empty()) return;
    prober.add_local(operations::Dependency::Notifier, [this] { return health(); });
}

host::ProbeReply NotificationService::health() const {
    for (const Channel& channel : channels_) {
        const auto& state = outbox_.state(channel.name);
        if (state.failing_since) {
            return {host::HealthState::Unhealthy,
                    channel.name + " does not accept notices; " + std::to_string(state.waiting) +
                        " wait"};
        }
    }
    if (!parts_.store.error().empty()) {
        return {host::HealthState::Degraded, "notices cannot be stored"};
    }
    return {};
}

}  // namespace botcore::notifications
