#pragma once

/// A repository that is never initialized: for readers, and for a place where an archive existed
/// before. A disk that is not mounted leaves an empty folder or none; writing there would fill
/// another disk with something that is not a backup.
///
/// X1  No call creates a folder, and no call reaches the repository before the expected content was
///     found.
/// X2  Until then every call is Unavailable and checks again, since the disk may have been mounted
///     meanwhile.
///
/// Threads: one at a time, as the repository.

#include "ports/repository.hpp"

#include <functional>
#include <memory>
#include <string>

namespace botcore::archive {

enum class Expected : std::uint8_t {
    Place,    ///< The folder or the bucket exists; it may be empty.
    Archive,  ///< At least one timeline exists: there was an archive before.
};

class ExistingRepository final : public ports::Repository {
public:
    using Open = std::function<base::Result<std::unique_ptr<ports::Repository>, std::string>()>;

    /// `open` must not create anything; it is called again until the expected content was found.
    ExistingRepository(std::string place, Expected expected, Open open)
        : place_(std::move(place)),
          expected_(expected),
          open_(std::move(open)) {}

    [[nodiscard]] ports::RepositoryOutcome put(std::string_view name,
                                               std::string_view bytes) override;
    [[nodiscard]] ports::RepositoryResult<std::string> get(std::string_view name) override;
    [[nodiscard]] ports::RepositoryResult<std::vector<ports::StoredObject>> list(
        std::string_view prefix, std::string_view after) override;
    [[nodiscard]] ports::RepositoryOutcome remove(std::string_view name) override;

    [[nodiscard]] std::string place() const override { return place_; }

private:
    [[nodiscard]] ports::RepositoryOutcome open_once();
    [[nodiscard]] ports::Repository& repository() const;

    std::string place_;
    Expected expected_;
    Open open_;
    std::unique_ptr<ports::Repository> repository_;
};

}  // namespace botcore::archive
