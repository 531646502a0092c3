#pragma once

/// Whether a file can be read, for libraries that open files themselves and say little when they
/// cannot.

#include "base/result.hpp"

#include <string>

namespace botcore::net {

/// The error says what is at the path instead. Reads nothing; a pipe does not block it.
[[nodiscard]] base::Outcome<std::string> check_readable(const std::string& path);

}  // namespace botcore::net
