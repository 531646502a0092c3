#pragma once

/// Writes the numbers of a JSON document without exponents. The JSON library writes every number
/// that has a fraction with an exponent: "6.5521E-2", and zero as "0E0".
///
/// N1  After the conversion every number outside of strings has its old value, and none has an
///     exponent from -40 to 40. A number with a larger or smaller exponent is not converted.
///
/// Thread-safe.

#include <string>

namespace botcore::base {

/// Returns the JSON document with its numbers written without exponents (N1).
[[nodiscard]] std::string plain_numbers(std::string json);

}  // namespace botcore::base
