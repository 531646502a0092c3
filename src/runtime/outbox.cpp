#include "runtime/outbox.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace botcore::runtime {

using base::Duration;
using base::Timestamp;

namespace {

/// The pause after so many failures in a row: 1, 2, 4 … 60 s.
Duration pause_after(std::uint32_t failures) {
    const std::uint32_t doublings = std::min<std::uint32_t>(failures, 7U) - 1U;
    return std::min(Duration::seconds(std::int64_t{1} << doublings), Outbox::kPauseMax);
}

}  // namespace

Outbox::Outbox(const std::vector<ChannelRules>& channels) {
    for (const ChannelRules& rules : channels) {
        const bool is_new = channels_.try_emplace(rules.name, Channel{.gap = rules.gap}).second;
        CHECK(is_new);
    }
}

std::vector<OutboxRow> Outbox::restore(std::vector<OutboxRow> rows) {
    std::vector<OutboxRow> homeless;
    for (OutboxRow& row : rows) {
        CHECK(row.number >= next_);
        next_ = row.number + 1;
        const auto found = channels_.find(row.channel);
        if (found == channels_.end()) {
            homeless.push_back(std::move(row));
            continue;
        }
        row.notice.may_be_repeated = true;  // O6
        found->second.rows.push_back({std::move(row), std::nullopt});
        ++found->second.state.waiting;
    }
    return homeless;
}

Outbox::Added Outbox::add(ports::Notice notice,
                          std::span<const std::string> channels,
                          Timestamp now) {
    if (is_repetition(notice, now)) return {};
    return add_repeatable(std::move(notice), channels, now);
}

Outbox::Added Outbox::add_repeatable(ports::Notice notice,
                                     std::span<const std::string> channels,
                                     Timestamp now) {
    Added added;
    for (const std::string& name : channels) {
        Channel& channel = channel_of(name);
        OutboxRow row{.number = next_++, .channel = name, .notice = notice};
        // Numbers begin again when the outbox was empty at a start; ids never repeat.
        if (row.notice.id.empty()) {
            row.notice.id =
                std::to_string(notice.time.in_milliseconds()) + "-" + std::to_string(row.number);
        }
        if (notice.id.empty()) notice.id = row.notice.id;  // The same for all channels.
        channel.rows.push_back({row, now + kStoreAwaited});
        ++channel.state.waiting;
        added.put.push_back(std::move(row));
        if (channel.rows.size() > kRowsMax) added.dropped.push_back(drop_one(channel));
    }
    return added;
}

/// O3. Subjects whose last notice is old are forgotten, so that the map stays small.
bool Outbox::is_repetition(const ports::Notice& notice, Timestamp now) {
    std::erase_if(last_, [&](const auto& item) { return now - item.second.at >= kSameWithin; });
    const auto [item, is_new] = last_.try_emplace(notice.subject, Last{notice.over, now});
    if (is_new) return false;
    if (item->second.over == notice.over) return true;
    item->second = {notice.over, now};
    return false;
}

/// Drops the oldest row of the lowest level that is not being sent.
std::uint64_t Outbox::drop_one(Channel& channel) {
    const auto first = channel.rows.begin() + (channel.state.sends ? 1 : 0);
    const auto least =
        std::min_element(first, channel.rows.end(), [](const Waiting& a, const Waiting& b) {
            return a.row.notice.level < b.row.notice.level;
        });
    const std::uint64_t number = least->row.number;
    channel.rows.erase(least);
    --channel.state.waiting;
    ++channel.state.dropped;
    return number;
}

void Outbox::stored(std::uint64_t number) {
    for (auto& [name, channel] : channels_)
        for (Waiting& waiting : channel.rows)
            if (waiting.row.number == number) waiting.stored_by.reset();
}

std::optional<OutboxRow> Outbox::take_due(std::string_view name, Timestamp now) {
    Channel& channel = channel_of(name);
    if (channel.state.sends || channel.rows.empty() || now < channel.not_before) {
        return std::nullopt;
    }
    Waiting& first = channel.rows.front();
    if (first.stored_by && now < *first.stored_by) return std::nullopt;
    channel.state.sends = true;
    return first.row;
}

bool Outbox::finished(std::string_view name, const ports::Delivery& delivery, Timestamp now) {
    Channel& channel = channel_of(name);
    ChannelState& state = channel.state;
    CHECK(state.sends && !channel.rows.empty());
    state.sends = false;
    if (delivery.result == ports::Delivery::Result::Failed) {
        ++state.failed;
        ++state.failures;
        state.error = delivery.error;
        if (!state.failing_since) state.failing_since = now;
        channel.rows.front().row.notice.may_be_repeated = true;
        Duration pause = pause_after(state.failures);
        if (delivery.retry_after) pause = std::max(pause, *delivery.retry_after);
        channel.not_before = now + pause;
        return false;
    }
    const bool is_delivered = delivery.result == ports::Delivery::Result::Delivered;
    ++(is_delivered ? state.delivered : state.refused);
    state.error = is_delivered ? std::string() : delivery.error;
    state.failures = 0;
    state.failing_since.reset();
    channel.not_before = now + channel.gap;
    channel.rows.pop_front();
    --state.waiting;
    return true;
}

const Outbox::ChannelState& Outbox::state(std::string_view name) const {
    const auto found = channels_.find(name);
    CHECK(found != channels_.end());
    return found->second.state;
}

Outbox::Channel& Outbox::channel_of(std::string_view name) {
    const auto found = channels_.find(name);
    CHECK(found != channels_.end());
    return found->second;
}

}  // namespace botcore::runtime
