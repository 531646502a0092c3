#pragma once

/// The one place that says which form the store of the services has.

#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/service_store.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace botcore::apps {

struct OpenedServiceStore {
    std::unique_ptr<ports::ServiceStore> store;
    /// Says that a file that could not be used was set aside, and where; empty otherwise.
    std::string note{};
};

/// Opens the rows of the services in the data folder `data`, or creates an empty store. A file that
/// cannot be used is renamed, never deleted, since trading must not depend on it. `post` runs work
/// on the loop's thread; any thread may call it.
[[nodiscard]] base::Result<OpenedServiceStore, std::string> open_service_store(
    const std::filesystem::path& data,
    base::Timestamp now,
    std::function<void(std::function<void()>)> post);

}  // namespace botcore::apps
