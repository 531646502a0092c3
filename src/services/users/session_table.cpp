#include "services/users/session_table.hpp"

#include "base/check.hpp"
#include "operations/daily_job.hpp"
#include "services/users/bearer.hpp"

#include <algorithm>

namespace botcore::users {

using ports::Session;
using ports::User;

std::optional<host::Caller> SessionTable::caller_of(std::string_view token,
                                                    model::Timestamp now) const {
    if (!token.starts_with(kBearerPrefix)) return others_.caller_of(token, now);
    const Session* session = session_of(token);
    if (session == nullptr || now >= session->expires) return std::nullopt;
    const auto user = users_.find(session->user);
    CHECK(user != users_.end());
    return host::Caller{session->user, user->second.user.role, session->user.text()};
}

void SessionTable::put(const User& user) {
    Known& known = users_[user.id];
    known.user = user;
    if (!user.active) remove_all(user.id);
}

void SessionTable::put(const Session& session) {
    const auto user = users_.find(session.user);
    CHECK(user != users_.end());
    std::vector<std::string> ended;
    for (const auto& [id, hash] : user->second.hashes) {
        if (by_hash_.find(hash)->second.expires <= session.created) ended.push_back(id);
    }
    for (const std::string& id : ended)
        remove(session.user, id);
    user->second.hashes[session.id] = session.hash;
    by_hash_[session.hash] = session;
}

void SessionTable::remove(const model::Owner& user, std::string_view session) {
    const auto known = users_.find(user);
    if (known == users_.end()) return;
    const auto place = known->second.hashes.find(session);
    if (place == known->second.hashes.end()) return;
    by_hash_.erase(place->second);
    known->second.hashes.erase(place);
}

void SessionTable::remove_all(const model::Owner& user, std::string_view except) {
    const auto known = users_.find(user);
    if (known == users_.end()) return;
    std::erase_if(known->second.hashes, [&](const auto& session) {
        if (session.first == except) return false;
        by_hash_.erase(session.second);
        return true;
    });
}

void SessionTable::correct_times(model::Timestamp now) {
    for (auto& [hash, session] : by_hash_) {
        if (operations::is_plausible(session.created, now)) continue;
        session.expires = now + (session.expires - session.created);
        session.created = now;
    }
}

const Session* SessionTable::session_of(std::string_view token) const {
    if (!token.starts_with(kBearerPrefix)) return nullptr;
    // The lookup is by hash, so its duration says nothing about the token.
    const auto place = by_hash_.find(bearer_hash(token));
    return place == by_hash_.end() ? nullptr : &place->second;
}

std::vector<User> SessionTable::users() const {
    std::vector<User> all;
    all.reserve(users_.size());
    for (const auto& [id, known] : users_)
        all.push_back(known.user);
    return all;
}

const User* SessionTable::find_user(const model::Owner& id) const {
    const auto known = users_.find(id);
    return known == users_.end() ? nullptr : &known->second.user;
}

std::vector<Session> SessionTable::sessions_of(const model::Owner& user,
                                               model::Timestamp now) const {
    std::vector<Session> list;
    const auto known = users_.find(user);
    if (known == users_.end()) return list;
    for (const auto& [id, hash] : known->second.hashes) {
        const Session& session = by_hash_.find(hash)->second;
        if (now < session.expires) list.push_back(session);
    }
    std::sort(list.begin(), list.end(), [](const Session& a, const Session& b) {
        return a.created > b.created || (a.created == b.created && a.id < b.id);
    });
    return list;
}

}  // namespace botcore::users
