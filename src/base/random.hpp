#pragma once

/// A small seeded random number generator. It computes ranges by itself, so that the same seed
/// gives the same numbers with every compiler and standard library (style rule D5). It must not be
/// used to create secrets.

#include "base/check.hpp"

#include <cstdint>

namespace botcore::base {

/// The algorithm is SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
/// generators", 2014).
class Random {
public:
    explicit constexpr Random(std::uint64_t seed) : state_(seed) {}

    /// Returns each of the 2^64 values with equal probability.
    constexpr std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31U);
    }

    /// Returns a number in [0, bound). The bias is below bound / 2^64. `bound` must not be zero.
    constexpr std::uint64_t below(std::uint64_t bound) {
        CHECK(bound != 0);
        return next() % bound;
    }

    /// Returns a number in [low, high], both included.
    constexpr std::int64_t between(std::int64_t low, std::int64_t high) {
        CHECK(low <= high);
        const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
        const std::uint64_t offset = span == ~std::uint64_t{0} ? next() : below(span + 1);
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
    }

    /// Returns true with probability `numerator` / `denominator`.
    constexpr bool chance(std::uint64_t numerator, std::uint64_t denominator) {
        return below(denominator) < numerator;
    }

    /// Returns an independent generator: drawing from one does not change the numbers of the other.
    constexpr Random split() { return Random(next() ^ 0xD1B54A32D192ED03ULL); }

private:
    std::uint64_t state_;
};

}  // namespace botcore::base
