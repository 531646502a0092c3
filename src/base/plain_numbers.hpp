#pragma once

/// Numbers as people write them. The JSON library writes every number with a fraction by its
/// exponent: "6.5521E-2", and zero as "0E0".
///
/// N1  Outside of strings no number has an exponent afterwards; every one has the value it had.
///
/// Threads: any.

#include <string>

namespace botcore::base {

/// The text of a JSON document with its numbers written out.
[[nodiscard]] std::string plain_numbers(std::string json);

}  // namespace botcore::base
