#include "observability/error_tally.hpp"

#include "base/cut_text.hpp"
#include "base/plain_text.hpp"
#include "observability/log.hpp"
#include "observability/redact.hpp"

namespace botcore::observability {

namespace {

constexpr std::size_t kNewestMax = 500;
constexpr std::size_t kNameMax = 120;

/// The text of the field; empty if there is none.
std::string_view text_of(std::span<const Field> fields, std::string_view name) {
    for (const Field& field : fields) {
        const auto* text = std::get_if<std::string_view>(&field.value);
        if (text != nullptr && field.name == name) return *text;
    }
    return {};
}

std::string short_name(std::string_view text) {
    return base::cut_to_characters(base::plain_line(redact(text)), kNameMax);
}

}  // namespace

void ErrorTally::add(std::string_view message, std::span<const Field> fields) {
    const std::string_view event = text_of(fields, "event");
    if (event == "alert" || event == "alert_over") return;
    std::string_view code = text_of(fields, "error_code");
    if (code.empty()) code = event.empty() ? "ERROR" : event;
    std::string newest(message);
    if (const auto cause = text_of(fields, "cause"); !cause.empty()) {
        newest += ": " + std::string(cause);
    }
    newest = base::cut_to_characters(base::plain_line(redact(newest)), kNewestMax);
    std::pair key{short_name(code), short_name(text_of(fields, "operation"))};

    const std::scoped_lock lock(mutex_);
    if (groups_.size() >= kGroupsMax && !groups_.contains(key)) key = {"OTHER", ""};
    ErrorCount& group = groups_[key];
    group.code = key.first;
    group.operation = key.second;
    group.lines += 1;
    group.newest = std::move(newest);
}

std::vector<ErrorCount> ErrorTally::take() {
    std::map<std::pair<std::string, std::string>, ErrorCount> taken;
    {
        const std::scoped_lock lock(mutex_);
        taken.swap(groups_);
    }
    std::vector<ErrorCount> counts;
    counts.reserve(taken.size());
    for (auto& [key, count] : taken)
        counts.push_back(std::move(count));
    return counts;
}

}  // namespace botcore::observability
