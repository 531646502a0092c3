#pragma once

/// Decides which connections get a place, and which connection is evicted when no place is free.
///
/// T1  No address has more than `per_address` places, unless the caller of `admit` says that many
///     clients share it or that it is this machine.
/// T2  When the places run out, the table evicts a connection that has shown no valid token and is
///     waiting for its client: the oldest such connection of the address with the most connections.
/// T3  Some places are reserved: for this machine and shared addresses, and for a new connection
///     when no other connection can be evicted. A connection in a reserved place is provisional:
///     the server checks its request before it serves the request.
///
/// Threads: all calls are made on the same thread.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace botcore::net {

class ConnectionTable {
public:
    struct Limits {
        std::size_t places = 1'024;
        std::size_t reserved = 128;  ///< How many of the places are reserved (T3).
        std::size_t per_address = 256;
    };

    /// One connection's place. The connection keeps `waits` and `is_known` up to date.
    struct Place {
        std::uint64_t number = 0;
        std::string address;
        /// The connection waits for bytes from its client, or for the client to read bytes.
        bool waits = true;
        bool is_known = false;     ///< The connection has shown a valid token.
        bool provisional = false;  ///< The connection holds a reserved place (T3).
        bool evicted = false;      ///< The connection is evicted and no longer counts.
        std::function<void()> cut{};
    };

    enum class Address : std::uint8_t { Limited, Unlimited };

    explicit ConnectionTable(const Limits& limits) : limits_(limits) {}

    /// Gives a new connection a place. Returns null if no place is free and no connection can be
    /// evicted. The place is valid until `leave`. If a connection is evicted, it is cut before this
    /// function returns.
    [[nodiscard]] Place* admit(const std::string& address, Address kind);

    void leave(const Place& place);

    /// Cuts the connection that T2 selects, if there is one.
    bool make_room();

    /// Whether a provisional connection can become a regular one.
    [[nodiscard]] bool has_room() const { return count_ <= limits_.places - limits_.reserved; }

private:
    [[nodiscard]] Place* eviction_candidate();
    [[nodiscard]] Place* oldest_of(const std::string& address);
    void evict(Place& place);
    void uncount(const Place& place);
    Place& replace(Place& leaves, const std::string& address);
    Place& add(const std::string& address);

    Limits limits_;
    std::map<std::uint64_t, Place> places_;  ///< Oldest first.
    std::map<std::string, std::size_t, std::less<>> of_address_;
    std::size_t count_ = 0;  ///< The number of places, without those of evicted connections.
    std::uint64_t last_ = 0;
};

}  // namespace botcore::net
