#include "services/notifications/user_preferences.hpp"

#include "host/stored_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace botcore::notifications {

using operations::UserTopics;

namespace {

constexpr std::string_view kPreferenceKind = "preference";
constexpr std::int64_t kPreferenceFormat = 1;

std::string to_json(const UserTopics& topics) {
    boost::json::object object;
    object["format"] = kPreferenceFormat;
    object["maintenance"] = topics.maintenance;
    object["outages"] = topics.outages;
    object["account"] = topics.account;
    return boost::json::serialize(object);
}

base::Result<UserTopics, std::string> parse_topics(std::string_view text) {
    const boost::json::object object = TRY(host::parse_stored(text, kPreferenceFormat));
    host::StoredObject fields(object);
    const UserTopics topics{.maintenance = fields.flag("maintenance"),
                            .outages = fields.flag("outages"),
                            .account = fields.flag("account")};
    if (!fields.error().empty()) return base::Failure{fields.error()};
    return topics;
}

}  // namespace

base::Result<std::unique_ptr<UserPreferences>, std::string> UserPreferences::make(
    ports::ServiceStore& store, observability::Log& log) {
    std::unique_ptr<UserPreferences> preferences(new UserPreferences(store));
    for (const ports::ServiceRow& stored : TRY(store.rows(kPreferenceKind))) {
        auto topics = parse_topics(stored.text);
        if (topics) {
            preferences->topics_[model::Owner(stored.key)] = topics.value();
            continue;
        }
        log.write(observability::Level::Error,
                  "The stored preferences of a user cannot be read; the user is told everything",
                  {{"operation", std::string_view("user_notices")},
                   {"user_id", stored.key},
                   {"cause", topics.error()}});
    }
    return preferences;
}

UserTopics UserPreferences::of(const model::Owner& user) const {
    const auto found = topics_.find(user);
    return found == topics_.end() ? UserTopics() : found->second;
}

void UserPreferences::set(const model::Owner& user,
                          const UserTopics& topics,
                          ports::ServiceStore::Done done) {
    topics_[user] = topics;
    store_.change({{.row = {.kind = std::string(kPreferenceKind),
                            .key = user.text(),
                            .text = to_json(topics)}}},
                  std::move(done));
}

}  // namespace botcore::notifications
