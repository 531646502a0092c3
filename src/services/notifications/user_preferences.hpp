#pragma once

/// What each user wants to be told by e-mail, remembered in the service store. A user who has set
/// nothing is told everything.
///
/// Threads: the loop thread.

#include "base/result.hpp"
#include "model/names.hpp"
#include "observability/log.hpp"
#include "operations/user_notices.hpp"
#include "ports/service_store.hpp"

#include <map>
#include <memory>
#include <string>

namespace botcore::notifications {

class UserPreferences {
public:
    /// Reads what earlier processes have stored. A row that cannot be read is logged and ignored.
    /// The references must outlive the object. The error says why the store cannot be read.
    [[nodiscard]] static base::Result<std::unique_ptr<UserPreferences>, std::string> make(
        ports::ServiceStore& store, observability::Log& log);

    [[nodiscard]] operations::UserTopics of(const model::Owner& user) const;

    /// Takes effect at once; `done` is called when it is durable.
    void set(const model::Owner& user,
             const operations::UserTopics& topics,
             ports::ServiceStore::Done done);

private:
    explicit UserPreferences(ports::ServiceStore& store) : store_(store) {}

    ports::ServiceStore& store_;
    std::map<model::Owner, operations::UserTopics> topics_;
};

}  // namespace botcore::notifications
