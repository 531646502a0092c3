#include "adapters/store_sqlite/sqlite_users.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace botcore::store_sqlite {
namespace {

using base::Duration;
using base::Timestamp;
using ports::Session;
using ports::User;
using Added = SqliteUsers::Added;

constexpr Timestamp kStart = Timestamp::from_milliseconds(1'790'000'000'000);
constexpr Duration kHour = Duration::seconds(3'600);

class SqliteUsersTest : public testing::Test {
protected:
    void SetUp() override { open(); }

    void open() {
        store_.reset();
        auto opened = SqliteUsers::open(path());
        ASSERT_TRUE(opened.has_value()) << opened.error();
        store_ = std::move(opened).value();
    }

    [[nodiscard]] std::string path() const { return folder_.file("users.sqlite"); }

    /// Runs a statement on a connection of its own.
    void execute(const std::string& sql) const {
        auto database = Database::open(path(), {}, OpenMode::ReadWrite);
        ASSERT_TRUE(database.has_value());
        ASSERT_TRUE(std::move(database).value().execute(sql).has_value());
    }

    static User user(const std::string& id) {
        User user;
        user.id = model::Owner(id);
        user.email = id + "@example.org";
        user.name = "Ann";
        user.role = model::Role::Viewer;
        user.created = kStart;
        return user;
    }

    static Session session(const std::string& id, const std::string& owner, Timestamp created) {
        return {.id = id,
                .user = model::Owner(owner),
                .name = "login",
                .ending = "last",
                .hash = "hash of " + id,
                .created = created,
                .expires = created + kHour};
    }

    scratch::TemporaryFolder folder_;
    std::unique_ptr<SqliteUsers> store_;
};

TEST_F(SqliteUsersTest, RejectsAFileThatOthersMayUse) {
    store_.reset();
    ASSERT_EQ(::chmod(path().c_str(), 0644), 0);
    EXPECT_FALSE(SqliteUsers::open(path()).has_value());
    EXPECT_FALSE(SqliteUsers::open(folder_.file("missing/users.sqlite")).has_value());
}

TEST_F(SqliteUsersTest, RejectsADatabaseOfAnotherApplication) {
    store_.reset();
    std::ofstream(path(), std::ios::trunc) << std::string(4'096, 'x');
    std::filesystem::remove(path() + "-wal");
    EXPECT_FALSE(SqliteUsers::open(path()).has_value());
}

TEST_F(SqliteUsersTest, RejectsAFileOfAnotherVersion) {
    execute("PRAGMA user_version = 2");
    EXPECT_FALSE(SqliteUsers::open(path()).has_value());
}

// A role above the operator's would pass every authorization check.
TEST_F(SqliteUsersTest, ADamagedRowGrantsNoRole) {
    const User ann = user("ann");
    ASSERT_TRUE(store_->add(ann, {}).has_value());
    for (const char* change : {"role = 3", "role = -1", "role = 257"}) {
        execute("UPDATE users SET " + std::string(change));
        EXPECT_FALSE(store_->find(ann.id).has_value()) << change;
        EXPECT_FALSE(store_->find_email(ann.email).has_value()) << change;
        EXPECT_FALSE(store_->list({}, 10).has_value()) << change;
    }
    execute("UPDATE users SET role = 0");
    EXPECT_TRUE(store_->find(ann.id).has_value());
}

TEST_F(SqliteUsersTest, RowsReadBackAfterTheFileIsOpenedAgain) {
    const User ann = user("ann");
    const Session token = session("one", "ann", kStart);
    EXPECT_EQ(store_->add(ann, {.password_hash = "present"}).value(), Added::Done);
    ASSERT_TRUE(store_->add(token).has_value());
    for (const char* hash : {"a", "b", "c"})
        ASSERT_TRUE(store_->remember_password(ann.id, hash, 2).has_value());
    open();
    const auto found = store_->find(ann.id);
    ASSERT_TRUE(found.has_value() && found.value().has_value());
    EXPECT_EQ(found.value()->email, ann.email);
    EXPECT_EQ(found.value()->role, model::Role::Viewer);
    EXPECT_EQ(found.value()->created, kStart);
    EXPECT_EQ(store_->credentials(ann.id).value().password_hash, "present");
    EXPECT_EQ(store_->passwords(ann.id).value(), (std::vector<std::string>{"c", "b"}));
    const auto sessions = store_->sessions({});
    ASSERT_EQ(sessions.value().size(), 1U);
    EXPECT_EQ(sessions.value().front().hash, token.hash);
    EXPECT_EQ(sessions.value().front().expires, token.expires);
    EXPECT_EQ(store_->count().value(), 1);
    EXPECT_FALSE(store_->find(model::Owner("bob")).value().has_value());
    EXPECT_EQ(store_->credentials(model::Owner("bob")).value().password_hash, "");
}

// U1
TEST_F(SqliteUsersTest, AnAddressAndATokenBelongToOneUser) {
    User bob = user("bob");
    ASSERT_TRUE(store_->add(user("ann"), {}).has_value());
    ASSERT_EQ(store_->add(bob, {}).value(), Added::Done);
    bob.email = user("ann").email;
    EXPECT_EQ(store_->save(bob).value(), Added::Duplicate);
    bob.id = model::Owner("carl");
    EXPECT_EQ(store_->add(bob, {}).value(), Added::Duplicate);
    EXPECT_EQ(store_->count().value(), 2);
    Session token = session("one", "ann", kStart);
    ASSERT_TRUE(store_->add(token).has_value());
    token.id = "two";
    EXPECT_FALSE(store_->add(token).has_value());
}

TEST_F(SqliteUsersTest, ATransactionThatFailsChangesNothing) {
    const auto outcome = store_->transact([&]() -> ports::UserStoreOutcome {
        (void)TRY(store_->add(user("ann"), {}));
        return store_->add(session("one", "nobody", kStart));
    });
    ASSERT_FALSE(outcome.has_value());
    EXPECT_FALSE(outcome.error().text.empty());
    EXPECT_EQ(store_->count().value(), 0);
    EXPECT_TRUE(store_->transact([&]() -> ports::UserStoreOutcome {
        (void)TRY(store_->add(user("ann"), {}));
        return store_->add(session("one", "ann", kStart));
    }));
    EXPECT_EQ(store_->sessions(model::Owner("ann")).value().size(), 1U);
}

TEST_F(SqliteUsersTest, RemovesExpiredTokensAndCorrectsThoseOfTheFuture) {
    ASSERT_TRUE(store_->add(user("ann"), {}).has_value());
    ASSERT_TRUE(store_->add(session("expired", "ann", kStart - kHour)).has_value());
    ASSERT_TRUE(store_->add(session("slightly-ahead", "ann", kStart + kHour)).has_value());
    ASSERT_TRUE(store_->add(session("far-ahead", "ann", kStart + kHour + kHour)).has_value());
    ASSERT_TRUE(store_->remove_expired(kStart, kHour).has_value());
    const std::vector<Session> left = store_->sessions(model::Owner("ann")).value();
    ASSERT_EQ(left.size(), 2U);
    EXPECT_EQ(left[0].id, "far-ahead");
    EXPECT_EQ(left[0].created, kStart);
    EXPECT_EQ(left[0].expires, kStart + kHour);
    EXPECT_EQ(left[1].created, kStart + kHour);
}

TEST_F(SqliteUsersTest, RemovesTokensOfOneUserOnly) {
    for (const char* id : {"ann", "bob"})
        ASSERT_TRUE(store_->add(user(id), {}).has_value());
    for (const char* id : {"one", "two", "three"})
        ASSERT_TRUE(store_->add(session(id, "ann", kStart)).has_value());
    ASSERT_TRUE(store_->add(session("four", "bob", kStart)).has_value());
    EXPECT_FALSE(store_->remove_session(model::Owner("bob"), "one").value());
    EXPECT_TRUE(store_->remove_session(model::Owner("ann"), "one").value());
    ASSERT_TRUE(store_->remove_sessions(model::Owner("ann"), "two").has_value());
    EXPECT_EQ(store_->sessions(model::Owner("ann")).value().size(), 1U);
    EXPECT_EQ(store_->sessions({}).value().size(), 2U);
}

}  // namespace
}  // namespace botcore::store_sqlite
