#include "services/users/user_service.hpp"

#include "adapters/store_sqlite/database.hpp"
#include "adapters/store_sqlite/sqlite_users.hpp"
#include "services/users/auth_worker.hpp"
#include "services/users/bearer.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>

namespace botcore::users {
namespace {

using base::Duration;
using base::Timestamp;
using ports::Session;
using ports::User;

constexpr Timestamp kStart = Timestamp::from_milliseconds(1'790'000'000'000);
const AuthWorker::Limit kNoHurry{std::chrono::steady_clock::time_point::max(), [] {}};
constexpr Duration kMinute = Duration::seconds(60);
const std::string kGood = "Tr4il-bl4zer";

std::string password_number(int number) {
    return fmt::format("Tr4il-bl4zer/{}/xq", number);
}

class UserServiceTest : public testing::Test {
protected:
    void SetUp() override { open(); }

    void open(UserServiceOptions options = {}) {
        service_.reset();
        options.cost = kHashCostLeast;
        auto store = store_sqlite::SqliteUsers::open(path());
        ASSERT_TRUE(store.has_value()) << store.error();
        service_.emplace(std::move(store).value(), options);
    }

    [[nodiscard]] std::string path() const { return folder_.file("users.sqlite"); }

    AuthResult<User> add(const std::string& email, host::Role role = host::Role::Trader) {
        return service_->add({email, "Ann", host::Secret(kGood), role}, kStart);
    }

    AuthResult<LoggedIn> login(const std::string& email,
                               const std::string& password,
                               Timestamp now = kStart) {
        return service_->login({email, host::Secret(password), ""}, now);
    }

    template <class T>
    static AuthFailure failure(const AuthResult<T>& result) {
        EXPECT_FALSE(result.has_value());
        return result.error().failure;
    }

    scratch::TemporaryFolder folder_;
    std::optional<UserService> service_;
};

TEST_F(UserServiceTest, AnAddressBelongsToOneUserInAnySpelling) {
    ASSERT_TRUE(add("ann@example.org").has_value());
    EXPECT_EQ(failure(add("ann@example.org")), AuthFailure::DuplicateEmail);
    EXPECT_EQ(failure(add("ANN@Example.ORG")), AuthFailure::DuplicateEmail);
    ASSERT_TRUE(add("bob@example.org").has_value());
    const User bob = service_->find_email("bob@example.org").value();
    ProfileChange change;
    change.email = "Ann@example.org";
    EXPECT_EQ(failure(service_->change(bob.id, change)), AuthFailure::DuplicateEmail);
    EXPECT_EQ(service_->find(bob.id).value().email, "bob@example.org");
    EXPECT_EQ(service_->find(bob.id).value().version, 1U);
}

TEST_F(UserServiceTest, RejectsInvalidUsers) {
    EXPECT_EQ(failure(add("ann")), AuthFailure::InvalidEmail);
    EXPECT_EQ(
        failure(service_->add({"a@b.co", "", host::Secret(kGood), host::Role::Trader}, kStart)),
        AuthFailure::InvalidName);
    EXPECT_EQ(
        failure(service_->add({"a@b.co", "a\nb", host::Secret(kGood), host::Role::Trader}, kStart)),
        AuthFailure::InvalidName);
    for (const char* name : {"a\x1b[2J", "a\u009b2J", "a\u202ez", "\u2066", "a\x9b", "\x7f"}) {
        EXPECT_EQ(failure(service_->add({"a@b.co", name, host::Secret(kGood), host::Role::Trader},
                                        kStart)),
                  AuthFailure::InvalidName)
            << name;
    }
    EXPECT_FALSE(is_valid_name("a\u202ez"));
    EXPECT_TRUE(is_valid_name("Jos\u00e9 \u05d0\u05d1"));
    EXPECT_EQ(failure(service_->add({"a@b.co", "Ann", host::Secret("short"), host::Role::Trader},
                                    kStart)),
              AuthFailure::WeakPassword);
    EXPECT_EQ(failure(service_->find(model::Owner("u-nobody"))), AuthFailure::UserUnknown);
    EXPECT_EQ(failure(service_->find_email("no@example.org")), AuthFailure::UserUnknown);
}

TEST_F(UserServiceTest, LimitsTheNumberOfUsers) {
    UserServiceOptions options;
    options.users_max = 1;
    open(options);
    ASSERT_TRUE(add("ann@example.org").has_value());
    EXPECT_EQ(failure(add("bob@example.org")), AuthFailure::UsersFull);
}

TEST_F(UserServiceTest, ALoginCreatesATokenThatIsStoredAsAHash) {
    const User ann = add("ann@example.org").value();
    auto in = login("Ann@example.org", kGood);
    ASSERT_TRUE(in.has_value());
    const LoggedIn& made = in.value();
    EXPECT_EQ(made.user.id, ann.id);
    EXPECT_EQ(made.session.expires, kStart + Duration::seconds(24 * 3'600));
    EXPECT_EQ(made.session.hash, bearer_hash(made.token.reveal()));
    EXPECT_EQ(made.session.ending, made.token.reveal().substr(made.token.reveal().size() - 4));
    const auto sessions = service_->sessions(kStart);
    ASSERT_EQ(sessions.value().size(), 1U);
    EXPECT_EQ(sessions.value().front().id, made.session.id);
}

TEST_F(UserServiceTest, StoresNoSecretInTheFiles) {
    (void)add("ann@example.org");
    const auto in = login("ann@example.org", kGood);
    std::size_t files = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
        std::ifstream stream(file.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
        EXPECT_EQ(bytes.find(kGood), std::string::npos) << file.path();
        EXPECT_EQ(bytes.find(in.value().token.reveal()), std::string::npos) << file.path();
        struct stat status{};
        ASSERT_EQ(::stat(file.path().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0077U, 0U) << file.path();
        ++files;
    }
    EXPECT_GE(files, 2U);
}

// Otherwise anybody who knows an address could lock its user out repeatedly.
TEST_F(UserServiceTest, WrongPasswordsDoNotAffectTheRightOne) {
    (void)add("ann@example.org");
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(failure(login("ann@example.org", "wrong")), AuthFailure::WrongPassword);
    EXPECT_TRUE(login("ann@example.org", kGood).has_value());
}

TEST_F(UserServiceTest, ReturnsTheSameErrorForUnknownWrongAndInactive) {
    const User ann = add("ann@example.org").value();
    const std::string wrong = login("ann@example.org", "wrong").error().text;
    EXPECT_EQ(login("nobody@example.org", "wrong").error().text, wrong);
    EXPECT_EQ(login("no address", "wrong").error().text, wrong);
    ProfileChange change;
    change.active = false;
    ASSERT_TRUE(service_->change(ann.id, change).has_value());
    const auto later = login("ann@example.org", kGood, kStart + Duration::seconds(3'600));
    EXPECT_EQ(later.error().text, wrong);
    EXPECT_EQ(later.error().failure, AuthFailure::WrongPassword);
}

TEST_F(UserServiceTest, RejectsTheLastFivePasswords) {
    const User ann = add("ann@example.org").value();
    std::string present = kGood;
    for (int i = 0; i < 5; ++i) {
        const std::string next = password_number(i);
        ASSERT_TRUE(service_->change_password(ann.id, host::Secret(present), host::Secret(next), "")
                        .has_value());
        present = next;
    }
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(failure(service_->set_password(ann.id, host::Secret(password_number(i)))),
                  AuthFailure::PasswordReused);
    }
    EXPECT_TRUE(service_->set_password(ann.id, host::Secret(kGood)).has_value());
}

TEST_F(UserServiceTest, APasswordChangeNeedsThePresentOneAndEndsTheOtherSessions) {
    const User ann = add("ann@example.org").value();
    const std::string kept = login("ann@example.org", kGood).value().session.id;
    (void)login("ann@example.org", kGood);
    const host::Secret fresh(password_number(1));
    EXPECT_EQ(failure(service_->change_password(ann.id, host::Secret("wrong"), fresh, kept)),
              AuthFailure::WrongPassword);
    EXPECT_EQ(
        failure(service_->change_password(ann.id, host::Secret(kGood), host::Secret("x"), kept)),
        AuthFailure::WeakPassword);
    ASSERT_TRUE(service_->change_password(ann.id, host::Secret(kGood), fresh, kept).has_value());
    const auto sessions = service_->sessions(kStart);
    ASSERT_EQ(sessions.value().size(), 1U);
    EXPECT_EQ(sessions.value().front().id, kept);
    ASSERT_TRUE(service_->set_password(ann.id, host::Secret(password_number(2))).has_value());
    EXPECT_TRUE(service_->sessions(kStart).value().empty());
}

TEST_F(UserServiceTest, AnInactiveUserHasNoSessions) {
    const User ann = add("ann@example.org").value();
    (void)login("ann@example.org", kGood);
    ProfileChange change;
    change.active = false;
    change.version = 7;
    EXPECT_EQ(failure(service_->change(ann.id, change)), AuthFailure::VersionConflict);
    change.version = 1;
    EXPECT_EQ(service_->change(ann.id, change).value().version, 2U);
    EXPECT_TRUE(service_->sessions(kStart).value().empty());
}

TEST_F(UserServiceTest, SessionsExpireOrAreRevokedOneByOneOrAllTogether) {
    const User ann = add("ann@example.org").value();
    const std::string one = login("ann@example.org", kGood).value().session.id;
    (void)login("ann@example.org", kGood, kStart + kMinute);
    (void)login("ann@example.org", kGood, kStart + kMinute);
    EXPECT_EQ(failure(service_->revoke(ann.id, "none")), AuthFailure::SessionUnknown);
    EXPECT_EQ(failure(service_->revoke(model::Owner("u-other"), one)), AuthFailure::SessionUnknown);
    EXPECT_TRUE(service_->revoke(ann.id, one).has_value());
    EXPECT_EQ(service_->sessions(kStart).value().size(), 2U);
    EXPECT_TRUE(service_->revoke_all(ann.id).has_value());
    EXPECT_TRUE(service_->sessions(kStart).value().empty());
    (void)login("ann@example.org", kGood);
    EXPECT_TRUE(service_->sessions(kStart + Duration::seconds(24 * 3'600)).value().empty());
}

TEST_F(UserServiceTest, ASessionAboveTheLimitEndsTheOldest) {
    UserServiceOptions options;
    options.sessions_max = 3;
    open(options);
    (void)add("ann@example.org");
    const std::string oldest = login("ann@example.org", kGood).value().session.id;
    for (int i = 1; i <= 3; ++i)
        (void)login("ann@example.org", kGood, kStart + Duration::seconds(i));
    const auto sessions = service_->sessions(kStart);
    ASSERT_EQ(sessions.value().size(), 3U);
    for (const Session& session : sessions.value())
        EXPECT_NE(session.id, oldest);
}

TEST_F(UserServiceTest, ListsUsersInPages) {
    for (const char* email : {"a@b.co", "b@b.co", "c@b.co"})
        ASSERT_TRUE(add(email).has_value());
    const auto first = service_->list({}, 2);
    ASSERT_EQ(first.value().size(), 2U);
    const auto second = service_->list(first.value().back().id, 2);
    ASSERT_EQ(second.value().size(), 1U);
    EXPECT_LT(first.value().back().id, second.value().front().id);
}

TEST_F(UserServiceTest, ReportsAnUnusableFile) {
    const User ann = add("ann@example.org").value();
    store_sqlite::Database other =
        store_sqlite::Database::open(path(), {}, store_sqlite::OpenMode::ReadWrite).value();
    ASSERT_TRUE(other.execute("DROP TABLE tokens").has_value());
    EXPECT_EQ(failure(login("ann@example.org", kGood)), AuthFailure::StoreFailed);
    EXPECT_EQ(failure(service_->sessions(kStart)), AuthFailure::StoreFailed);
    EXPECT_EQ(failure(service_->revoke(ann.id, "x")), AuthFailure::StoreFailed);
    EXPECT_EQ(failure(service_->revoke_all(ann.id)), AuthFailure::StoreFailed);
    EXPECT_EQ(failure(service_->set_password(ann.id, host::Secret(password_number(1)))),
              AuthFailure::StoreFailed);
    EXPECT_TRUE(is_password(kGood, hash_password(kGood, kHashCostLeast)));
    ASSERT_TRUE(other.execute("DROP TABLE old_passwords;").has_value());
    EXPECT_EQ(failure(add("bob@example.org")), AuthFailure::StoreFailed);
    EXPECT_EQ(failure(service_->find_email("bob@example.org")), AuthFailure::UserUnknown);
}

TEST_F(UserServiceTest, TheWorkerRunsJobsInOrderAndRejectsThemWhenFull) {
    std::promise<void> latch;
    std::shared_future<void> opened = latch.get_future().share();
    std::promise<void> begun;
    std::promise<int> done;
    AuthWorker worker(*std::move(service_), [](const AuthWorker::Job& job) { job(); }, 2);
    service_.reset();
    ASSERT_TRUE(worker.ask(
        [&](UserService&) {
            begun.set_value();
            opened.wait();
            return 1;
        },
        [](int) {},
        kNoHurry));
    begun.get_future().wait();
    int order = 0;
    EXPECT_TRUE(worker.ask([&](UserService&) { return ++order; }, [](int) {}, kNoHurry));
    EXPECT_TRUE(worker.ask(
        [&](UserService&) { return ++order; }, [&](int last) { done.set_value(last); }, kNoHurry));
    EXPECT_FALSE(worker.ask([&](UserService&) { return ++order; }, [](int) {}, kNoHurry));
    latch.set_value();
    EXPECT_EQ(done.get_future().get(), 2);
}

// @spec:R2-TMO-01
TEST_F(UserServiceTest, TheWorkerDoesNotStartJobsAfterTheirDeadline) {
    std::promise<void> latch;
    std::promise<void> late;
    std::promise<int> done;
    const auto opened = latch.get_future().share();
    AuthWorker worker(*std::move(service_), [](const AuthWorker::Job& job) { job(); }, 3);
    service_.reset();
    ASSERT_TRUE(worker.ask(
        [opened](UserService&) {
            opened.wait();
            return 1;
        },
        [](int) {},
        kNoHurry));
    bool begun = false;
    ASSERT_TRUE(worker.ask(
        [&begun](UserService&) {
            begun = true;
            return 2;
        },
        [](int) {},
        {std::chrono::steady_clock::now(), [&late] { late.set_value(); }}));
    ASSERT_TRUE(worker.ask(
        [](UserService&) { return 3; }, [&](int last) { done.set_value(last); }, kNoHurry));
    latch.set_value();
    late.get_future().wait();
    EXPECT_EQ(done.get_future().get(), 3);
    EXPECT_FALSE(begun);
}

}  // namespace
}  // namespace botcore::users
