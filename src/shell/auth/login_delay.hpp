#pragma once

/// How long somebody has to wait after wrong passwords. There is no lock: a lock is a weapon for
/// whoever knows a user's address.
///
/// D1  Wrong passwords from one address delay that address, no other: a user whose address did
///     nothing wrong is let in at once with the right password, whatever strangers try.
/// D2  An attempt during a delay is not looked at and does not prolong it. Delays double with each
///     further wrong password, up to the longest.
/// D3  Many wrong passwords for one user from many addresses make each of these wait from its first
///     one on; an address from which the user has logged in before is spared.
/// D4  What is remembered is bounded; the pair of user and address unused for longest is forgotten.
///     It takes that many wrong passwords to make room, far more than a delay is worth.
///
/// Threads: one at a time.

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace botcore::shell::auth {

struct LoginDelayOptions {
    std::uint32_t failures_free = 5;  ///< In a row, of a user from one address.
    /// In a row, of a user from all addresses that the user has never logged in from.
    std::uint32_t failures_free_of_user = 20;
    base::Duration first = base::Duration::seconds(1);
    base::Duration longest = base::Duration::seconds(15 * 60);
    /// Wrong passwords count for so long after the last one.
    base::Duration remembered = base::Duration::seconds(24 * 60 * 60);
    std::size_t keys_max = 10'000;
};

class LoginDelays {
public:
    /// Who tries, from where. `user` is an e-mail address or an id, of a user or of nobody.
    struct Attempt {
        std::string user;
        std::string address;
    };

    explicit LoginDelays(LoginDelayOptions options) : options_(options) {}

    /// How long this attempt has to wait; zero: it may be looked at. `now` is monotonic.
    [[nodiscard]] base::Duration wait(const Attempt& attempt, base::Timestamp now) const;

    void failed(const Attempt& attempt, base::Timestamp now);
    void succeeded(const Attempt& attempt, base::Timestamp now);
    /// The user has a new password by an operator: nobody waits any more.
    void forget(std::string_view user);

    [[nodiscard]] std::size_t size() const { return rows_.size(); }

private:
    struct Row {
        std::uint32_t failures = 0;
        base::Timestamp until;
        base::Timestamp used;
        bool known = false;  ///< The user has logged in from there.
    };

    /// User and address; without an address: all addresses that are not known.
    using Key = std::pair<std::string, std::string>;

    Row& row(const Key& key, base::Timestamp now);
    [[nodiscard]] base::Duration delay(std::uint32_t failures, std::uint32_t free) const;

    LoginDelayOptions options_;
    std::map<Key, Row> rows_;
};

}  // namespace botcore::shell::auth
