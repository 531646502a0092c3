#pragma once

/// The names that an object of a repository may have (see ports/repository.hpp). They need no
/// escaping in a path, in a URL or in XML.

#include "ports/repository.hpp"

#include <string_view>

namespace botcore::runtime::archive {

inline constexpr std::size_t kObjectNameMax = 200;

[[nodiscard]] bool is_object_name(std::string_view name);

/// Whether an object with this name and size may be put. The error says why not.
[[nodiscard]] ports::RepositoryOutcome check_object(std::string_view name, std::size_t bytes);

}  // namespace botcore::runtime::archive
