#pragma once

/// What the services beside the trading remember over restarts: notices that wait for delivery,
/// alerts, incidents. Small rows, each with a key; their text is the owner's.
///
/// V1  Changes become durable in the order of the calls. A change that the disk does not accept is
///     tried again until it is accepted; `error` says why it waits.
/// V2  `done` is called once, on the loop's thread, when its changes are durable, and never after
///     the store is destroyed.
/// V3  `change` never waits for the disk.
///
/// Threads: the loop thread.

#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::ports {

struct ServiceRow {
    std::string kind;  ///< "outbox", "alert" and so on.
    std::string key;   ///< Unique within the kind.
    std::string text;
};

/// The key of a row that is known by a number: keys sort as the numbers do.
[[nodiscard]] inline std::string numbered_key(std::uint64_t number) {
    const std::string digits = std::to_string(number);
    return std::string(20 - digits.size(), '0') + digits;
}

struct ServiceChange {
    ServiceRow row;
    bool removed = false;  ///< Removes the row of this kind and key; its text is ignored.
};

class ServiceStore {
public:
    using Done = std::function<void()>;

    ServiceStore() = default;
    ServiceStore(const ServiceStore&) = delete;
    ServiceStore& operator=(const ServiceStore&) = delete;
    virtual ~ServiceStore() = default;

    /// All rows of the kind, sorted by key. Waits for the disk: for the start of the process,
    /// before the first change. The error says what is wrong with the file.
    [[nodiscard]] virtual base::Result<std::vector<ServiceRow>, std::string> rows(
        std::string_view kind) = 0;

    /// `done` may be empty.
    virtual void change(std::vector<ServiceChange> changes, Done done) = 0;

    /// Why changes wait; empty while they do not.
    [[nodiscard]] virtual std::string error() const = 0;
};

}  // namespace botcore::ports
