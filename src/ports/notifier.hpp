#pragma once

/// A channel over which people are told about the system: the log, Slack, PagerDuty, e-mail or a
/// webhook.
///
/// T1  `send` returns at once and never throws; trading never waits for a channel.
/// T2  `done` is called exactly once for each notice, during `send` or later, on the loop's thread.
///     `Delivered` means that the channel has accepted the notice. Whoever sends a notice decides
///     whether to repeat it, and gives a repetition the same `id`.
/// T3  Whatever a notice contains, a channel sends one well-formed message within the limits of its
///     service. A text that is too long is cut, never refused.

#include "base/time.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace botcore::ports {

enum class NoticeLevel : std::uint8_t { Info, Warning, Critical };

/// "info", "warning" or "critical".
[[nodiscard]] constexpr std::string_view to_text(NoticeLevel level) {
    switch (level) {
        case NoticeLevel::Info:
            return "info";
        case NoticeLevel::Warning:
            return "warning";
        case NoticeLevel::Critical:
            return "critical";
    }
    return "?";
}

/// One message to people.
struct Notice {
    std::string id{};  ///< The same for every attempt to deliver this notice; may be empty.
    /// What it is about, for example "commit" or "StoreDown". The notice that a condition has
    /// begun and the notice that it is over have the same subject.
    std::string subject{};
    NoticeLevel level = NoticeLevel::Info;
    bool over = false;       ///< The condition of an earlier notice about `subject` has ended.
    std::string text;        ///< One sentence that says what happened. Contains no secrets.
    std::string page{};      ///< The runbook to follow; empty for none.
    std::string action{};    ///< What the reader should do; empty for nothing.
    base::Timestamp time{};  ///< When it happened.
    /// An earlier attempt may have reached the reader.
    bool may_be_repeated = false;
    /// Further facts, by name.
    std::vector<std::pair<std::string, std::variant<std::string, std::int64_t>>> facts{};
};

struct Delivery {
    enum class Result : std::uint8_t {
        Delivered,
        Failed,   ///< Trying again may help, not before `retry_after` if it is given.
        Refused,  ///< Trying again cannot help, for example because the key is wrong.
    };

    Result result = Result::Delivered;
    std::string error{};  ///< Why it was not delivered; contains no secrets.
    std::optional<base::Duration> retry_after{};
};

class Notifier {
public:
    using Done = std::function<void(Delivery)>;

    Notifier() = default;
    Notifier(const Notifier&) = delete;
    Notifier& operator=(const Notifier&) = delete;
    virtual ~Notifier() = default;

    /// `done` may be empty.
    virtual void send(const Notice& notice, Done done) = 0;
};

}  // namespace botcore::ports
