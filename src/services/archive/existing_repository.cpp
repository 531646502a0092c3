#include "services/archive/existing_repository.hpp"

#include "base/check.hpp"
#include "runtime/archive/names.hpp"

#include <utility>

namespace botcore::archive {

using ports::Repository;
using ports::RepositoryError;
using ports::RepositoryOutcome;
using ports::RepositoryResult;

namespace {

base::Failure<RepositoryError> unavailable(std::string text) {
    return {RepositoryError{RepositoryError::Kind::Unavailable, std::move(text)}};
}

/// Looks for the first timeline as well, since archives of earlier versions have no list of
/// timelines.
RepositoryResult<bool> has_timeline(Repository& repository) {
    if (!TRY(repository.list(runtime::archive::kTimelinesPrefix, {})).empty()) return true;
    const std::string start = runtime::archive::start_name(model::kFirstTimeline);
    return !TRY(repository.list(start, {})).empty();
}

}  // namespace

RepositoryOutcome ExistingRepository::open_once() {
    if (repository_ != nullptr) return base::Done{};
    auto opened = open_();
    if (!opened) return unavailable(opened.error());
    if (expected_ == Expected::Archive && !TRY(has_timeline(*opened.value()))) {
        return unavailable("there was an archive in " + place_ +
                           ", but the place is now empty; check whether its disk is mounted");
    }
    repository_ = std::move(opened).value();
    return base::Done{};
}

Repository& ExistingRepository::repository() const {
    CHECK(repository_ != nullptr);
    return *repository_;
}

RepositoryOutcome ExistingRepository::put(std::string_view name, std::string_view bytes) {
    (void)TRY(open_once());
    return repository().put(name, bytes);
}

RepositoryResult<std::string> ExistingRepository::get(std::string_view name) {
    (void)TRY(open_once());
    return repository().get(name);
}

RepositoryResult<std::vector<ports::StoredObject>> ExistingRepository::list(
    std::string_view prefix, std::string_view after) {
    (void)TRY(open_once());
    return repository().list(prefix, after);
}

RepositoryOutcome ExistingRepository::remove(std::string_view name) {
    (void)TRY(open_once());
    return repository().remove(name);
}

}  // namespace botcore::archive
