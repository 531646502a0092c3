#pragma once

/// Writes the numbers of a JSON document without exponents. The JSON library writes every number
/// that has a fraction with an exponent: "6.5521E-2", and zero as "0E0".
///
/// N1  After the conversion no number outside of strings has an exponent, and each has its old
///     value.
///
/// Thread-safe.

#include <string>

namespace botcore::base {

/// Returns the JSON document with its numbers written without exponents.
[[nodiscard]] std::string plain_numbers(std::string json);

}  // namespace botcore::base
