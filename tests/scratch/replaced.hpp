#pragma once

/// Texts of tests that differ in one place.

#include <gtest/gtest.h>

#include <string>

namespace botcore::scratch {

/// The text with `to` in place of the first `from`, which it must contain.
[[nodiscard]] inline std::string replaced(std::string text,
                                          const std::string& from,
                                          const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

}  // namespace botcore::scratch
