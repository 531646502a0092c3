#pragma once

/// An archive repository for copies outside the machine: named objects, each written once.
///
/// A1  An object exists completely or not at all, and is on stable storage when `put` returns Done.
/// A2  An object is never changed: putting different bytes under an existing name fails with
///     `Taken`; putting the same bytes again is Done.
/// A3  Every call ends within the time limit of the implementation, whatever the other side does. A
///     call that ended with Unavailable may be repeated; its put may have happened.
///
/// Threads: one at a time. Calls block, so no thread that an order waits for may make them.

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::ports {

struct RepositoryError {
    enum class Kind : std::uint8_t {
        Unavailable,  ///< The repository cannot be reached at the moment: try again later.
        Refused,      ///< The credentials or permissions are not accepted. Retrying does not help.
        Full,         ///< No space left.
        Taken,        ///< The object has other bytes: another writer uses this repository.
        Missing,      ///< No such object.
    };

    Kind kind = Kind::Unavailable;
    std::string text;  ///< What was expected and what was received; without secrets.
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
    /// All objects whose name begins with `prefix` and sorts after `after`, ascending. An empty
    /// `after` means all.
    [[nodiscard]] virtual RepositoryResult<std::vector<StoredObject>> list(
        std::string_view prefix, std::string_view after) = 0;
    /// Also Done when there is no such object.
    [[nodiscard]] virtual RepositoryOutcome remove(std::string_view name) = 0;

    /// The location in readable form: a folder, or an address without credentials.
    [[nodiscard]] virtual std::string place() const = 0;
};

}  // namespace botcore::ports
