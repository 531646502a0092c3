#pragma once

/// Which connections have a place, and which one gives way when there is none left.
///
/// T1  No address has more than `per_address` places, unless the caller of `admit` says that many
///     clients share it or that it is this machine.
/// T2  When the places run out, a connection gives way that showed no valid token and waits for its
///     client: of the address that has most of them, the oldest.
/// T3  Of the places some are kept: for this machine and addresses that many share, and for a
///     newcomer when nobody can give way. Such a connection is provisional: the server looks at
///     what it asks before it serves it.
///
/// Threads: one.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace botcore::shell::http {

class ConnectionTable {
public:
    struct Limits {
        std::size_t places = 1'024;
        std::size_t kept = 128;  ///< Of the places.
        std::size_t per_address = 256;
    };

    /// One connection's. `waits` and `is_known` are kept true by the connection.
    struct Place {
        std::uint64_t number = 0;
        std::string address;
        bool waits = true;         ///< For bytes of the client, or for the client to take some.
        bool is_known = false;     ///< It has shown a valid token.
        bool provisional = false;  ///< T3
        bool leaving = false;      ///< It gave way and counts no more.
        std::function<void()> cut{};
    };

    enum class Address : std::uint8_t { Limited, Unlimited };

    explicit ConnectionTable(const Limits& limits) : limits_(limits) {}

    /// Nothing: there is no place, and nobody can give way. The place is valid until `leave`. The
    /// connection that gives way is cut before this returns.
    [[nodiscard]] Place* admit(const std::string& address, Address kind);

    void leave(const Place& place);

    /// Cuts the connection that T2 names, if there is one.
    bool make_room();

    /// May a provisional connection have its place for good?
    [[nodiscard]] bool has_room() const { return count_ <= limits_.places - limits_.kept; }

private:
    [[nodiscard]] Place* weakest();
    [[nodiscard]] Place* oldest_of(const std::string& address);
    void send_away(Place& place);
    void uncount(const Place& place);
    Place& replace(Place& leaves, const std::string& address);
    Place& add(const std::string& address);

    Limits limits_;
    std::map<std::uint64_t, Place> places_;  ///< From the oldest on.
    std::map<std::string, std::size_t, std::less<>> of_address_;
    std::size_t count_ = 0;  ///< Without those that leave.
    std::uint64_t last_ = 0;
};

}  // namespace botcore::shell::http
