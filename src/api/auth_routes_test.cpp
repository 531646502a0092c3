#include "adapters/store_sqlite/database.hpp"
#include "api/user_access.hpp"
#include "net/http_server.hpp"
#include "tests/api_world/api_world.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <vector>

namespace botcore::api {
namespace {

const std::string kPassword = "Tr4il-bl4zer";

std::string login_body(const std::string& email, const std::string& password = kPassword) {
    return R"({"email":")" + email + R"(","password":")" + password + R"("})";
}

std::string user_body(const std::string& email, const std::string& role = "trader") {
    return R"({"email":")" + email + R"(","name":"Somebody","password":")" + kPassword +
           R"(","role":")" + role + R"("})";
}

class Users : public testing::Test {
protected:
    /// Adds a user as the operator; returns its id.
    std::string add(const std::string& email, const std::string& role = "trader") {
        const auto added =
            world.ask_as(kToken, "POST", "/api/auth/register", user_body(email, role));
        EXPECT_EQ(added.status, 201) << added.body;
        return text_of(ApiWorld::json(added).at("data"), "id");
    }

    std::string login(const std::string& email) {
        const auto in = world.ask_as("", "POST", "/api/auth/login", login_body(email));
        return text_of(ApiWorld::data(in), "token");
    }

    static std::string text_of(const boost::json::value& value, std::string_view name) {
        return std::string(value.at(name).as_string());
    }

    /// The audit as "act outcome" texts, newest first.
    std::vector<std::string> acts(const std::string& query = "") {
        std::vector<std::string> list;
        const auto page = ApiWorld::data(world.ask_as(kToken, "GET", "/api/audit" + query));
        for (const auto& action : page.at("acts").as_array())
            list.push_back(text_of(action, "act") + " " + text_of(action, "outcome"));
        return list;
    }

    ApiWorld world;
};

TEST_F(Users, RefusesADuplicateEmailAddress) {
    (void)add("ann@example.org");
    const auto again =
        world.ask_as(kToken, "POST", "/api/auth/register", user_body("ANN@example.org"));
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(ApiWorld::code(again), "DUPLICATE_EMAIL");
}

TEST_F(Users, RefusesBodiesThatAreNotJson) {
    for (const auto& [method, path] : std::initializer_list<std::pair<const char*, const char*>>{
             {"POST", "/api/auth/register"},
             {"POST", "/api/auth/login"},
             {"POST", "/api/auth/change-password"},
             {"PATCH", "/api/auth/profile"},
             {"POST", "/api/users/u-1/role"},
             {"POST", "/api/users/u-1/password"},
             {"POST", "/api/ai/analyze"},
             {"POST", "/api/trading/orders"}}) {
        net::TestClient one = world.client();
        one.send(std::string(method) + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" +
                 "Authorization: Bearer " + kToken + "\r\nIdempotency-Key: k\r\n" +
                 "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}");
        const auto refused = one.receive();
        EXPECT_EQ(refused.status, 415) << path;
        EXPECT_EQ(ApiWorld::code(refused), "UNSUPPORTED_MEDIA_TYPE") << path;
    }
}

TEST_F(Users, AreAddedOnlyByOperators) {
    (void)add("ann@example.org");
    const std::string token = login("ann@example.org");
    const auto refused =
        world.ask_as(token, "POST", "/api/auth/register", user_body("bob@example.org"));
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(ApiWorld::code(refused), "FORBIDDEN");
    EXPECT_EQ(world.ask_as("", "POST", "/api/auth/register", user_body("b@b.co")).status, 401);
}

TEST_F(Users, ANewTraderHasItsOwnPaperAccounts) {
    const std::string id = add("ann@example.org");
    const std::string token = login("ann@example.org");
    const auto accounts = ApiWorld::data(world.ask_as(token, "GET", "/api/accounts"));
    std::set<std::string> names;
    for (const auto& account : accounts.as_array())
        names.insert(text_of(account, "account"));
    EXPECT_EQ(names, (std::set<std::string>{id + "-futures", id + "-spot"}));
    const auto order = world.ask_as(token,
                                    "POST",
                                    "/api/trading/execute",
                                    R"({"symbol":"BTCUSDT","side":"BUY","quantity":"0.01"})");
    EXPECT_EQ(order.status, 200) << order.body;
    EXPECT_EQ(text_of(ApiWorld::data(order), "account"), id + "-futures");
}

TEST_F(Users, DefaultAccountNamesAreReserved) {
    const std::string vic = add("vic@example.org", "viewer");
    (void)add("bob@example.org");
    const auto take = [&](const std::string& token, const std::string& name) {
        return world.ask_as(token,
                            "POST",
                            "/api/accounts",
                            R"({"account":")" + name + R"(","market":"futures","deposit":"1"})");
    };
    for (const std::string& token : {login("bob@example.org"), std::string(kToken)}) {
        const auto refused = take(token, vic + "-futures");
        EXPECT_EQ(refused.status, 409) << refused.body;
        EXPECT_EQ(ApiWorld::code(refused), "ACCOUNT_EXISTS");
        EXPECT_EQ(take(token, vic + "-spot").status, 409);
    }
    const auto promoted =
        world.ask_as(kToken, "POST", "/api/users/" + vic + "/role", R"({"role":"trader"})");
    EXPECT_EQ(promoted.status, 200) << promoted.body;
    const std::string as_vic = login("vic@example.org");
    EXPECT_EQ(world.ask_as(as_vic, "GET", "/api/trading/orders").status, 200);
    EXPECT_EQ(ApiWorld::data(world.ask_as(as_vic, "GET", "/api/accounts")).as_array().size(), 2U);
}

TEST_F(Users, CanAccessOnlyTheirOwnData) {
    const std::string ann = add("ann@example.org");
    const std::string bob = add("bob@example.org");
    const std::string as_ann = login("ann@example.org");
    const std::string as_bob = login("bob@example.org");
    const auto order = world.ask_as(as_ann,
                                    "POST",
                                    "/api/trading/execute",
                                    R"({"symbol":"BTCUSDT","side":"BUY","quantity":"0.01"})");
    const std::string id = text_of(ApiWorld::data(order), "order_id");
    const std::string account = "/api/accounts/" + ann + "-futures";
    for (const std::string& path : std::vector<std::string>{account,
                                                            account + "/orders",
                                                            account + "/orders/" + id,
                                                            account + "/orders/" + id + "/explain",
                                                            account + "/positions",
                                                            account + "/positions/BTCUSDT",
                                                            account + "/history",
                                                            "/api/orders/" + id,
                                                            "/api/orders/" + id + "/explain",
                                                            "/api/accounts/nobodys"}) {
        EXPECT_EQ(world.ask_as(as_bob, "GET", path).status, 404) << path;
        if (path.ends_with("nobodys")) continue;
        EXPECT_EQ(world.ask_as(as_ann, "GET", path).status, 200) << path;
        EXPECT_EQ(world.ask_as(kToken, "GET", path).status, 200) << path;
    }
    for (const auto& [method, path] : std::initializer_list<std::pair<const char*, std::string>>{
             {"DELETE", account + "/orders/" + id},
             {"DELETE", account + "/positions/BTCUSDT"},
             {"POST", account + "/reset"}}) {
        EXPECT_EQ(world.ask_as(as_bob, method, path).status, 404) << path;
    }
    const auto transfer = world.ask_as(
        as_bob,
        "POST",
        "/api/transfers",
        R"({"from":")" + ann + R"(-futures","to":")" + bob + R"(-futures","amount":"1"})");
    EXPECT_EQ(transfer.status, 404) << transfer.body;
    const auto list = ApiWorld::data(world.ask_as(as_bob, "GET", "/api/accounts"));
    for (const auto& one : list.as_array())
        EXPECT_TRUE(text_of(one, "account").starts_with(bob));
    EXPECT_EQ(world.ask_as(as_bob, "GET", "/api/journal").status, 403);
    EXPECT_EQ(world.ask_as(as_bob, "GET", "/api/users").status, 403);
    EXPECT_EQ(world.ask_as(as_bob, "GET", "/api/audit").status, 403);
}

TEST_F(Users, AViewerCanReadButNotTrade) {
    (void)add("vic@example.org", "viewer");
    const std::string token = login("vic@example.org");
    EXPECT_EQ(world.ask_as(token, "GET", "/api/market/prices").status, 200);
    EXPECT_EQ(ApiWorld::data(world.ask_as(token, "GET", "/api/accounts")).as_array().size(), 0U);
    const auto order = world.ask_as(token,
                                    "POST",
                                    "/api/trading/execute",
                                    R"({"symbol":"BTCUSDT","side":"BUY","quantity":"0.01"})");
    EXPECT_EQ(order.status, 403);
}

TEST_F(Users, AFailedLoginGivesTheSameErrorForEveryCause) {
    (void)add("ann@example.org");
    const auto message = [](const net::TestResponse& response) {
        EXPECT_EQ(response.status, 401);
        EXPECT_EQ(ApiWorld::code(response), "INVALID_LOGIN");
        return text_of(ApiWorld::json(response).at("error"), "message");
    };
    const auto ask = [&](const std::string& email, const std::string& password) {
        return message(world.ask_as("", "POST", "/api/auth/login", login_body(email, password)));
    };
    const std::string wrong = ask("ann@example.org", "wrong");
    EXPECT_EQ(ask("nobody@example.org", "wrong"), wrong);
    EXPECT_EQ(acts("?act=login&limit=1"), std::vector<std::string>{"login refused"});
    EXPECT_FALSE(login("ann@example.org").empty());
    EXPECT_EQ(world.metric("logins_total{result=\"failure\"}"), 2.0);
    EXPECT_EQ(world.metric("logins_total{result=\"success\"}"), 1.0);
}

TEST_F(Users, ATokenEndsByExpiryLogoutAndRevocation) {
    (void)add("ann@example.org");
    const std::string first = login("ann@example.org");
    const std::string second = login("ann@example.org");
    const auto check = ApiWorld::data(world.ask_as(first, "GET", "/api/auth/verify"));
    EXPECT_TRUE(check.at("valid").as_bool());
    EXPECT_EQ(text_of(check, "role"), "trader");
    EXPECT_EQ(world.ask_as(first, "POST", "/api/auth/logout").status, 200);
    EXPECT_EQ(world.ask_as(first, "GET", "/api/auth/verify").status, 401);
    const std::string third = login("ann@example.org");
    const auto list = ApiWorld::data(world.ask_as(second, "GET", "/api/auth/sessions"));
    ASSERT_EQ(list.as_array().size(), 2U);
    std::string other;
    for (const auto& session : list.as_array()) {
        if (!session.at("current").as_bool()) other = text_of(session, "id");
        EXPECT_EQ(text_of(session, "token_ending").size(), 4U);
    }
    EXPECT_EQ(world.ask_as(second, "DELETE", "/api/auth/sessions/" + other).status, 200);
    EXPECT_EQ(world.ask_as(second, "DELETE", "/api/auth/sessions/" + other).status, 404);
    EXPECT_EQ(world.ask_as(third, "GET", "/api/auth/verify").status, 401);
    EXPECT_EQ(world.ask_as(second, "POST", "/api/auth/sessions/revoke-all").status, 200);
    EXPECT_EQ(world.ask_as(second, "GET", "/api/auth/verify").status, 401);
    const std::string last = login("ann@example.org");
    world.pass(model::Duration::seconds(24 * 3'600 - 1));
    EXPECT_EQ(world.ask_as(last, "GET", "/api/auth/verify").status, 200);
    world.pass(model::Duration::seconds(1));
    EXPECT_EQ(world.ask_as(last, "GET", "/api/auth/verify").status, 401);
}

TEST_F(Users, ChangeTheirPasswordAndProfile) {
    const std::string id = add("ann@example.org");
    (void)add("bob@example.org");
    const std::string kept = login("ann@example.org");
    const std::string other = login("ann@example.org");
    const auto change = [&](const std::string& present, const std::string& requested) {
        return world.ask_as(
            kept,
            "POST",
            "/api/auth/change-password",
            R"({"current_password":")" + present + R"(","new_password":")" + requested + R"("})");
    };
    EXPECT_EQ(ApiWorld::code(change("wrong", "Tr4il-bl4zer/2")), "WRONG_PASSWORD");
    EXPECT_EQ(ApiWorld::code(change(kPassword, "short")), "WEAK_PASSWORD");
    EXPECT_EQ(ApiWorld::code(change(kPassword, kPassword)), "PASSWORD_REUSED");
    EXPECT_EQ(change(kPassword, "Tr4il-bl4zer/2").status, 200);
    EXPECT_EQ(world.ask_as(other, "GET", "/api/auth/verify").status, 401);
    const auto named =
        world.ask_as(kept, "PATCH", "/api/auth/profile", R"({"name":"Ann","email":"A@b.co"})");
    EXPECT_EQ(text_of(ApiWorld::data(named), "email"), "a@b.co");
    const auto profile = ApiWorld::data(world.ask_as(kept, "GET", "/api/auth/profile"));
    EXPECT_EQ(text_of(profile, "name"), "Ann");
    EXPECT_EQ(text_of(profile, "id"), id);
    const auto taken =
        world.ask_as(kept, "PATCH", "/api/auth/profile", R"({"email":"bob@example.org"})");
    EXPECT_EQ(ApiWorld::code(taken), "DUPLICATE_EMAIL");
    EXPECT_EQ(world.ask_as(kept, "PATCH", "/api/auth/profile", "{}").status, 400);
    EXPECT_EQ(world.ask_as(kept, "PATCH", "/api/auth/profile", R"({"role":"operator"})").status,
              400);
}

TEST_F(Users, AreManagedByOperators) {
    const std::string id = add("ann@example.org", "viewer");
    const std::string token = login("ann@example.org");
    const std::string user = "/api/users/" + id;
    const auto page = ApiWorld::data(world.ask_as(kToken, "GET", "/api/users"));
    EXPECT_EQ(page.at("users").as_array().size(), 1U);
    EXPECT_TRUE(page.at("next_after").is_null());
    const auto promoted = world.ask_as(kToken, "POST", user + "/role", R"({"role":"trader"})");
    EXPECT_EQ(text_of(ApiWorld::data(promoted), "role"), "trader");
    // The existing token now has the trader role, and the accounts are open.
    EXPECT_EQ(ApiWorld::data(world.ask_as(token, "GET", "/api/accounts")).as_array().size(), 2U);
    EXPECT_EQ(world.ask_as(kToken, "POST", user + "/role", R"({"role":"king"})").status, 400);
    EXPECT_EQ(world.ask_as(kToken, "POST", user + "/deactivate").status, 200);
    EXPECT_EQ(world.ask_as(token, "GET", "/api/auth/verify").status, 401);
    EXPECT_EQ(world.ask_as("", "POST", "/api/auth/login", login_body("ann@example.org")).status,
              401);
    EXPECT_EQ(world.ask_as(kToken, "POST", user + "/activate").status, 200);
    const auto fresh =
        world.ask_as(kToken, "POST", user + "/password", R"({"password":"Tr4il-bl4zer/9"})");
    EXPECT_EQ(fresh.status, 200) << fresh.body;
    EXPECT_EQ(
        world.ask_as("", "POST", "/api/auth/login", login_body("ann@example.org", "Tr4il-bl4zer/9"))
            .status,
        200);
    EXPECT_EQ(world.ask_as(kToken, "GET", user).status, 200);
    for (const char* path : {"/api/users/u-none/deactivate", "/api/users/u-none/activate"})
        EXPECT_EQ(world.ask_as(kToken, "POST", path).status, 404) << path;
    EXPECT_EQ(world.ask_as(kToken, "GET", "/api/users/u-none").status, 404);
}

TEST_F(Users, TheOperatorsTokenIsNotAUser) {
    const auto profile = ApiWorld::data(world.ask_as(kToken, "GET", "/api/auth/profile"));
    EXPECT_EQ(text_of(profile, "role"), "operator");
    for (const char* path : {"/api/auth/logout", "/api/auth/sessions/revoke-all"}) {
        EXPECT_EQ(ApiWorld::code(world.ask_as(kToken, "POST", path)), "NOT_A_USER") << path;
    }
}

TEST_F(Users, EveryActionIsInTheAuditWithoutPersonalData) {
    const std::string id = add("ann@example.org");
    (void)world.ask_as("", "POST", "/api/auth/login", login_body("ann@example.org", "wrong"));
    const std::string token = login("ann@example.org");
    EXPECT_EQ(world.ask_as(token, "GET", "/api/users").status, 403);
    (void)world.ask_as(token, "POST", "/api/auth/logout");
    (void)world.ask_as(kToken, "POST", "/api/users/" + id + "/deactivate");
    EXPECT_EQ(acts(),
              (std::vector<std::string>{"user-deactivated ok",
                                        "token-revoked ok",
                                        "access refused",
                                        "login ok",
                                        "login refused",
                                        "user-added ok",
                                        "account-opened ok",
                                        "account-opened ok"}));
    EXPECT_EQ(acts("?actor=" + id).size(), 3U);
    EXPECT_EQ(acts("?act=login").size(), 2U);
    const auto page = ApiWorld::data(world.ask_as(kToken, "GET", "/api/audit?limit=2"));
    const std::string next = std::to_string(page.at("next_before").to_number<std::uint64_t>());
    EXPECT_EQ(acts("?before=" + next).size(), 6U);
    const auto journal = world.ask_as(kToken, "GET", "/api/journal?limit=1000");
    EXPECT_EQ(journal.body.find("example.org"), std::string::npos);
    EXPECT_EQ(journal.body.find("Somebody"), std::string::npos);
}

TEST_F(Users, AuditEventsWaitWhileTheStoreIsUnavailable) {
    (void)add("ann@example.org");
    world.break_store(true);
    EXPECT_EQ(
        world.ask_as("", "POST", "/api/auth/login", login_body("ann@example.org", "x")).status,
        401);
    world.pass(model::Duration::seconds(1));
    EXPECT_EQ(
        world.ask_as("", "POST", "/api/auth/login", login_body("ann@example.org", "x")).status,
        401);
    world.break_store(false);
    world.pass(model::Duration::seconds(1));
    EXPECT_EQ(acts("?act=login"), (std::vector<std::string>{"login refused", "login refused"}))
        << "The event of the failed batch is there as well.";
}

TEST_F(Users, LostAuditEventsAreReportedInTheLog) {
    world.break_store(true);
    (void)world.command("POST", "/api/trading/account/reset");
    world.on_loop([&] {
        const auto record = world.access().record_audit();
        for (int i = 0; i < 1'002; ++i)
            record({model::Owner("u-x"), "test", "u-x", "ok", {}, {}});
    });
    world.flush_log();
    std::ifstream file(world.log_file());
    const std::string log{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(log.find("one is not recorded in the audit log"), std::string::npos);
}

TEST_F(Users, AnUnusableUserFileIsReportedAs503) {
    (void)add("ann@example.org");
    const std::string path = world.log_file().parent_path() / "users.sqlite";
    store_sqlite::Database other =
        store_sqlite::Database::open(path, {}, store_sqlite::OpenMode::ReadWrite).value();
    ASSERT_TRUE(other.execute("DROP TABLE tokens").has_value());
    const auto refused = world.ask_as("", "POST", "/api/auth/login", login_body("ann@example.org"));
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(ApiWorld::code(refused), "SERVICE_UNAVAILABLE");
    EXPECT_EQ(refused.headers.at("retry-after"), "1");
}

TEST_F(Users, AnInvalidEmailAddressIsRefused) {
    const auto refused = world.ask_as(kToken, "POST", "/api/auth/register", user_body("nobody"));
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(ApiWorld::code(refused), "INVALID_EMAIL");
}

TEST(NumberOfUsers, IsBounded) {
    UserAccessOptions who = test_access();
    who.user_service.users_max = 0;
    ApiWorld world(who);
    const auto refused = world.ask_as(kToken, "POST", "/api/auth/register", user_body("a@b.co"));
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(ApiWorld::code(refused), "USERS_FULL");
}

TEST(OpenRegistration, CreatesOnlyTraders) {
    UserAccessOptions who = test_access();
    who.auth_routes.registration_open = true;
    ApiWorld world(who);
    EXPECT_EQ(world.ask_as("", "POST", "/api/auth/register", user_body("ann@example.org")).status,
              201);
    const auto grab =
        world.ask_as("", "POST", "/api/auth/register", user_body("bob@example.org", "operator"));
    EXPECT_EQ(ApiWorld::code(grab), "FORBIDDEN");
}

}  // namespace
}  // namespace botcore::api
