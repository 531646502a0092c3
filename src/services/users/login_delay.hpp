#pragma once

/// How long a login must wait after wrong passwords. Accounts are never locked: anybody who knows a
/// user's address could then lock the user out.
///
/// D1  Wrong passwords from one network address delay that address only: from an address without
///     failures, the right password is accepted at once, whatever is tried from other addresses.
/// D2  An attempt during a delay is not checked and does not prolong the delay. Delays double with
///     each further wrong password, up to the longest.
/// D3  After many wrong passwords for one user from many addresses, each of these addresses is
///     delayed from its first failure on. Addresses from which the user has logged in before are
///     exempt.
/// D4  The table is bounded; the least recently used pair of user and address is removed. Forcing a
///     removal takes as many wrong passwords as the table has rows, which costs far more than the
///     delay it would remove.
///
/// Threads: one at a time.

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace botcore::users {

struct LoginDelayOptions {
    /// After this many consecutive wrong passwords for a user from one address, delays begin.
    std::uint32_t failures_free = 5;
    /// The same limit for a user from all those addresses together that the user has never logged
    /// in from.
    std::uint32_t failures_free_of_user = 20;
    base::Duration first = base::Duration::seconds(1);
    base::Duration longest = base::Duration::seconds(15 * 60);
    /// Wrong passwords count until this time has passed since the last one.
    base::Duration remembered = base::Duration::seconds(24 * 60 * 60);
    std::size_t keys_max = 10'000;
};

class LoginDelays {
public:
    /// Which user is tried from which address. `user` is an e-mail address or an id; the user may
    /// not exist.
    struct Attempt {
        std::string user;
        std::string address;
    };

    explicit LoginDelays(LoginDelayOptions options) : options_(options) {}

    /// How long this attempt must wait; zero: it may be checked. `now` is monotonic.
    [[nodiscard]] base::Duration wait(const Attempt& attempt, base::Timestamp now) const;

    void failed(const Attempt& attempt, base::Timestamp now);
    void succeeded(const Attempt& attempt, base::Timestamp now);
    /// An operator has set a new password for the user: removes all delays of the user.
    void forget(std::string_view user);

    [[nodiscard]] std::size_t size() const { return rows_.size(); }

private:
    struct Row {
        std::uint32_t failures = 0;
        base::Timestamp until;
        base::Timestamp used;
        bool known = false;  ///< The user has logged in from this address.
    };

    /// User and address; an empty address stands for all addresses that are not known.
    using Key = std::pair<std::string, std::string>;

    Row& row(const Key& key, base::Timestamp now);
    [[nodiscard]] base::Duration delay(std::uint32_t failures, std::uint32_t free) const;

    LoginDelayOptions options_;
    std::map<Key, Row> rows_;
};

}  // namespace botcore::users
