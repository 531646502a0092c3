#include "apps/botctl/commands.hpp"
#include "apps/botctl/print.hpp"
#include "apps/botctl/table.hpp"

#include <boost/json/serialize.hpp>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <iostream>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

/// Keeps what is typed off the screen.
class Unseen {
public:
    Unseen() : is_terminal_(::isatty(STDIN_FILENO) == 1) {
        if (!is_terminal_ || ::tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }

    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;

    ~Unseen() {
        if (!is_terminal_) return;
        (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        std::cerr << "\n";
    }

    [[nodiscard]] bool is_terminal() const { return is_terminal_; }

private:
    bool is_terminal_;
    termios before_{};
};

/// A line of the standard input. Never an argument: those can be seen by everybody.
std::string read_password(const char* prompt) {
    const Unseen unseen;
    if (unseen.is_terminal()) std::cerr << prompt << std::flush;
    std::string line;
    (void)std::getline(std::cin, line);
    return line;
}

int send(Session& session, ClientRequest request, const Printer& printer) {
    const auto answer = session.reach(request);
    std::string& body = request.body;
    sodium_memzero(body.data(), body.size());
    if (!answer) {
        return session.unavailable("the daemon does not answer at " + session.settings().url +
                                   "; nothing was done");
    }
    return session.finish(*answer, printer);
}

ClientRequest post(std::string path, const json::object& body) {
    return {.method = "POST",
            .path = std::move(path),
            .body = json::serialize(body),
            .idempotency_key = {},
            .if_match = {}};
}

std::string user_path(const std::string& id, std::string_view act) {
    return "/api/users/" + encoded(id) + "/" + std::string(act);
}

void print_user(std::ostream& out, const json::value& data) {
    const auto& user = data.as_object();
    out << plain_text(user, "id") << "  " << plain_text(user, "email") << "  "
        << plain_text(user, "role") << (user.at("active").as_bool() ? "" : "  (inactive)") << "\n";
}

}  // namespace

int add_user(Session& session, const UserWish& wish) {
    json::object body;
    body["email"] = wish.email;
    body["name"] = wish.name.empty() ? wish.email.substr(0, wish.email.find('@')) : wish.name;
    body["role"] = wish.role;
    body["password"] = read_password("password of the new user: ");
    return send(session, post("/api/auth/register", body), print_user);
}

int list_users(Session& session) {
    const auto status = list_from_daemon(
        session,
        "/api/users",
        {"users", "next_after", "after"},
        {.limit = 0, .all = true},
        [](std::ostream& out, const json::value& data) {
            static constexpr std::array<Column, 5> kColumns = {{{"ID", "id"},
                                                                {"E-MAIL", "email"},
                                                                {"NAME", "name"},
                                                                {"ROLE", "role"},
                                                                {"ACTIVE", "active"}}};
            print_table(out, data.at("users").as_array(), kColumns, "no users");
        });
    return status ? *status
                  : session.unavailable("the daemon does not answer at " + session.settings().url);
}

int set_role(Session& session, const UserWish& wish) {
    json::object body;
    body["role"] = wish.role;
    return send(session, post(user_path(wish.id, "role"), body), print_user);
}

int set_active(Session& session, const UserWish& wish, bool active) {
    const char* act = active ? "activate" : "deactivate";
    return send(session, post(user_path(wish.id, act), {}), print_user);
}

int set_password(Session& session, const UserWish& wish) {
    json::object body;
    body["password"] = read_password("new password: ");
    return send(session, post(user_path(wish.id, "password"), body), print_user);
}

int login(Session& session, const UserWish& wish) {
    json::object body;
    body["email"] = wish.email;
    body["password"] = read_password("password: ");
    if (!wish.name.empty()) body["name"] = wish.name;
    return send(
        session, post("/api/auth/login", body), [](std::ostream& out, const json::value& data) {
            const auto& object = data.as_object();
            out << plain_text(object, "token") << "\n";
            std::cerr << "good until " << plain_text(object, "expires_at")
                      << "; botctl uses it from the variable BOTCTL_TOKEN\n";
        });
}

int audit(Session& session, const UserWish& wish, const ListWish& list) {
    std::string path = "/api/audit";
    if (!wish.id.empty()) path += "?actor=" + encoded(wish.id);
    const auto status = list_from_daemon(
        session,
        path,
        {"acts", "next_before", "before"},
        list,
        [](std::ostream& out, const json::value& data) {
            static constexpr std::array<Column, 7> kColumns = {{{"TIME", "time"},
                                                                {"ACTOR", "actor"},
                                                                {"ACT", "act"},
                                                                {"SUBJECT", "subject"},
                                                                {"OUTCOME", "outcome"},
                                                                {"REASON", "detail"},
                                                                {"REQUEST", "request_id"}}};
            print_table(out, data.at("acts").as_array(), kColumns, "no acts");
        });
    return status ? *status
                  : session.unavailable("the daemon does not answer at " + session.settings().url);
}

}  // namespace botcore::botctl
