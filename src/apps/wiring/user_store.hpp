#pragma once

/// The one place that says which form the store of the users has.

#include "base/result.hpp"
#include "ports/user_store.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace botcore::apps {

/// Opens the users of the data folder `data`, or creates an empty store if there is none. The error
/// names the place and says what went wrong.
[[nodiscard]] base::Result<std::unique_ptr<ports::UserStore>, std::string> open_user_store(
    const std::filesystem::path& data);

}  // namespace botcore::apps
