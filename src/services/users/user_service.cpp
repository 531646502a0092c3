#include "services/users/user_service.hpp"

#include "base/plain_text.hpp"
#include "model/default_account.hpp"
#include "operations/daily_job.hpp"
#include "services/users/bearer.hpp"
#include "services/users/email.hpp"

namespace botcore::users {

using base::Done;
using base::Failure;
using base::Timestamp;
using ports::Credentials;
using ports::Session;
using ports::User;
using ports::UserStore;
using ports::UserStoreOutcome;

namespace {

constexpr std::size_t kNameMax = 64;
constexpr std::size_t kUserIdBytes = 8;
constexpr std::size_t kSessionIdBytes = 10;

AuthError error_of(AuthFailure failure, std::string text, model::Owner subject = {}) {
    return {failure, std::move(text), std::move(subject)};
}

AuthError store_error() {
    return error_of(AuthFailure::StoreFailed, "the file of users cannot be used now");
}

AuthError refused_login(model::Owner subject) {
    return error_of(AuthFailure::WrongPassword,
                    "e-mail address or password is wrong; after several wrong passwords the next "
                    "attempt must wait",
                    std::move(subject));
}

/// Converts a store error into an error of this module.
template <class T>
AuthResult<T> from_store(ports::UserStoreResult<T> result) {
    if (!result) return Failure{store_error()};
    return std::move(result).value();
}

AuthResult<std::string> read_email(std::string_view text) {
    auto email = normalized_email(text);
    if (email) return *std::move(email);
    return Failure{error_of(AuthFailure::InvalidEmail,
                            "an e-mail address must be a name, '@' and a domain such as "
                            "example.org, with at most 254 ASCII characters")};
}

}  // namespace

bool is_valid_name(std::string_view text) {
    return !text.empty() && text.size() <= kNameMax && base::is_plain_line(text);
}

UserService::UserService(std::unique_ptr<UserStore> store, UserServiceOptions options)
    : store_(std::move(store)),
      options_(options),
      nobody_hash_(hash_password(random_id(32), options_.cost)) {
}

AuthResult<User> UserService::add(const NewUser& requested, Timestamp now) {
    User user;
    user.email = TRY(read_email(requested.email));
    user.name = requested.name;
    user.role = requested.role;
    user.created = now;
    user.id = model::Owner(std::string(model::kUserPrefix) + random_id(kUserIdBytes));
    if (!is_valid_name(user.name)) {
        return Failure{
            error_of(AuthFailure::InvalidName,
                     "a name must have 1 to 64 bytes without control or direction characters")};
    }
    if (auto weakness = weakness_of(requested.password.reveal())) {
        return Failure{error_of(AuthFailure::WeakPassword, *std::move(weakness))};
    }
    if (TRY(from_store(store_->count())) >= static_cast<std::int64_t>(options_.users_max)) {
        return Failure{error_of(AuthFailure::UsersFull, "the maximum number of users is reached")};
    }
    const std::string hash = hash_password(requested.password.reveal(), options_.cost);
    auto added = UserStore::Added::Done;
    const auto outcome = store_->transact([&]() -> UserStoreOutcome {
        added = TRY(store_->add(user, {.password_hash = hash}));
        if (added == UserStore::Added::Duplicate) return Done{};
        return store_->remember_password(user.id, hash, kPasswordsRemembered);
    });
    if (!outcome) return Failure{store_error()};
    if (added == UserStore::Added::Duplicate) {
        return Failure{error_of(AuthFailure::DuplicateEmail,
                                "a user with this e-mail address already exists; log in instead")};
    }
    return user;
}

AuthResult<Done> UserService::check_password(const User& user, const host::Secret& candidate) {
    Credentials credentials = TRY(from_store(store_->credentials(user.id)));
    const bool fits = is_password(candidate.reveal(), credentials.password_hash);
    if (!fits || !user.active) return Failure{refused_login(user.id)};
    if (!is_outdated(credentials.password_hash, options_.cost)) return Done{};
    credentials.password_hash = hash_password(candidate.reveal(), options_.cost);
    if (!store_->save(user.id, credentials)) return Failure{store_error()};
    return Done{};
}

AuthResult<LoggedIn> UserService::login(const Login& login, Timestamp now) {
    const auto email = normalized_email(login.email);
    std::optional<User> user;
    if (email) user = TRY(from_store(store_->find_email(*email)));
    if (!user) {
        // V1: takes as long as the check for an existing user.
        (void)is_password(login.password.reveal(), nobody_hash_);
        return Failure{refused_login({})};
    }
    (void)TRY(check_password(*user, login.password));
    host::Secret token = make_bearer();
    Session session = TRY(open_session(*user, token, login.token_name, now));
    return LoggedIn{*std::move(user), std::move(session), std::move(token)};
}

AuthResult<Session> UserService::open_session(const User& user,
                                              const host::Secret& token,
                                              const std::string& name,
                                              Timestamp now) {
    if (!name.empty() && !is_valid_name(name)) {
        return Failure{error_of(
            AuthFailure::InvalidName,
            "a token's name must have at most 64 bytes without control or direction characters")};
    }
    Session session;
    session.id = random_id(kSessionIdBytes);
    session.user = user.id;
    session.name = name.empty() ? "login" : name;
    session.ending = bearer_ending(token.reveal());
    session.hash = bearer_hash(token.reveal());
    session.created = now;
    session.expires = now + options_.token_lifetime;
    const auto outcome = store_->transact([&]() -> UserStoreOutcome {
        (void)TRY(store_->remove_expired(now, operations::kAheadMax));
        const std::vector<Session> open = TRY(store_->sessions(user.id));
        if (open.size() >= options_.sessions_max) {
            (void)TRY(store_->remove_session(user.id, open.front().id));
        }
        return store_->add(session);
    });
    if (!outcome) return Failure{store_error()};
    return session;
}

AuthResult<User> UserService::known(const model::Owner& id) {
    auto user = TRY(from_store(store_->find(id)));
    if (user) return *std::move(user);
    return Failure{error_of(AuthFailure::UserUnknown, "there is no user with this id")};
}

AuthResult<User> UserService::find(const model::Owner& id) {
    return known(id);
}

AuthResult<User> UserService::find_email(const std::string& email) {
    const std::string address = TRY(read_email(email));
    auto user = TRY(from_store(store_->find_email(address)));
    if (user) return *std::move(user);
    return Failure{error_of(AuthFailure::UserUnknown, "there is no user with this address")};
}

AuthResult<Done> UserService::choose_password(const User& user,
                                              const host::Secret& requested,
                                              const std::string& session_kept) {
    if (auto weakness = weakness_of(requested.reveal())) {
        return Failure{error_of(AuthFailure::WeakPassword, *std::move(weakness))};
    }
    for (const std::string& hash : TRY(from_store(store_->passwords(user.id)))) {
        if (!is_password(requested.reveal(), hash)) continue;
        return Failure{
            error_of(AuthFailure::PasswordReused,
                     "the password is one of the last five passwords; choose a new one")};
    }
    Credentials credentials;
    credentials.password_hash = hash_password(requested.reveal(), options_.cost);
    const auto outcome = store_->transact([&]() -> UserStoreOutcome {
        (void)TRY(store_->save(user.id, credentials));
        (void)TRY(store_->remove_sessions(user.id, session_kept));
        return store_->remember_password(user.id, credentials.password_hash, kPasswordsRemembered);
    });
    if (!outcome) return Failure{store_error()};
    return Done{};
}

AuthResult<User> UserService::change_password(const model::Owner& id,
                                              const host::Secret& present,
                                              const host::Secret& requested,
                                              const std::string& session_kept) {
    User user = TRY(known(id));
    (void)TRY(check_password(user, present));
    (void)TRY(choose_password(user, requested, session_kept));
    return user;
}

AuthResult<User> UserService::set_password(const model::Owner& id, const host::Secret& requested) {
    User user = TRY(known(id));
    (void)TRY(choose_password(user, requested, {}));
    return user;
}

AuthResult<User> UserService::change(const model::Owner& id, const ProfileChange& change) {
    User user = TRY(known(id));
    if (change.version && *change.version != user.version) {
        return Failure{error_of(AuthFailure::VersionConflict,
                                "the user was changed since you read it; read it again")};
    }
    if (change.name) {
        if (!is_valid_name(*change.name)) {
            return Failure{
                error_of(AuthFailure::InvalidName,
                         "a name must have 1 to 64 bytes without control or direction characters")};
        }
        user.name = *change.name;
    }
    if (change.email) user.email = TRY(read_email(*change.email));
    if (change.role) user.role = *change.role;
    if (change.active) user.active = *change.active;
    ++user.version;
    auto saved = UserStore::Added::Done;
    const auto outcome = store_->transact([&]() -> UserStoreOutcome {
        saved = TRY(store_->save(user));
        if (saved == UserStore::Added::Duplicate || user.active) return Done{};
        return store_->remove_sessions(user.id, {});
    });
    if (!outcome) return Failure{store_error()};
    if (saved == UserStore::Added::Duplicate) {
        return Failure{
            error_of(AuthFailure::DuplicateEmail, "another user has this e-mail address")};
    }
    return user;
}

AuthResult<std::vector<User>> UserService::list(const model::Owner& after, std::size_t limit) {
    return from_store(store_->list(after, limit));
}

AuthResult<Done> UserService::revoke(const model::Owner& id, const std::string& session) {
    if (TRY(from_store(store_->remove_session(id, session)))) return Done{};
    return Failure{error_of(AuthFailure::SessionUnknown, "you have no session with this id")};
}

AuthResult<Done> UserService::revoke_all(const model::Owner& id) {
    if (!store_->remove_sessions(id, {})) return Failure{store_error()};
    return Done{};
}

AuthResult<std::vector<Session>> UserService::sessions(Timestamp now) {
    if (!store_->remove_expired(now, operations::kAheadMax)) return Failure{store_error()};
    return from_store(store_->sessions({}));
}

}  // namespace botcore::users
