#pragma once

/// Where copies of everything are kept off the machine: objects under names, written once.
///
/// A1  An object is there whole or not at all, and is on stable storage when `put` answers Done.
/// A2  An object is never changed: putting other bytes under a name that is taken is `Taken`,
///     putting the same bytes again is Done.
/// A3  Every call ends within the time that the implementation was given, whatever the other side
///     does. A call that ended with Unavailable may be repeated; a put may have happened.
///
/// Threads: one at a time. Calls wait; no thread that an order waits for makes them.

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::ports {

struct RepositoryError {
    enum class Kind : std::uint8_t {
        Unavailable,  ///< It cannot be reached, or not now: try again later.
        Refused,      ///< It does not let us: credentials or rights. Trying again does not help.
        Full,         ///< No space left.
        Taken,        ///< The name has other bytes: somebody else writes here.
        Missing,      ///< No such object.
    };

    Kind kind = Kind::Unavailable;
    std::string text;  ///< What was expected and what came; without secrets.
};

template <class T>
using RepositoryResult = base::Result<T, RepositoryError>;
using RepositoryOutcome = base::Outcome<RepositoryError>;

struct StoredObject {
    std::string name;
    std::uint64_t bytes = 0;
};

/// Names are lower-case letters, digits, '-', '.' and '/', at most 200 characters, without empty,
/// "." or ".." parts. Objects are at most `kObjectBytesMax`.
class Repository {
public:
    static constexpr std::size_t kObjectBytesMax = std::size_t{16} << 20U;

    virtual ~Repository() = default;

    [[nodiscard]] virtual RepositoryOutcome put(std::string_view name, std::string_view bytes) = 0;
    [[nodiscard]] virtual RepositoryResult<std::string> get(std::string_view name) = 0;
    /// All objects whose name begins with `prefix` and stands behind `after` in the alphabet,
    /// ascending. An empty `after` means all.
    [[nodiscard]] virtual RepositoryResult<std::vector<StoredObject>> list(
        std::string_view prefix, std::string_view after) = 0;
    /// Done as well where there is no such object.
    [[nodiscard]] virtual RepositoryOutcome remove(std::string_view name) = 0;

    /// Where it is, for people: a folder, or an address without credentials.
    [[nodiscard]] virtual std::string place() const = 0;
};

}  // namespace botcore::ports
