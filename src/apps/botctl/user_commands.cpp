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

/// Disables the terminal's echo of typed characters.
class EchoOff {
public:
    EchoOff() : is_terminal_(::isatty(STDIN_FILENO) == 1) {
        if (!is_terminal_ || ::tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }

    EchoOff(const EchoOff&) = delete;
    EchoOff& operator=(const EchoOff&) = delete;

    ~EchoOff() {
        if (!is_terminal_) return;
        (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        std::cerr << "\n";
    }

    [[nodiscard]] bool is_terminal() const { return is_terminal_; }

private:
    bool is_terminal_;
    termios before_{};
};

/// Reads a line from the standard input. A password is never an argument, since other users can see
/// the arguments of a process.
std::string read_password(const char* prompt) {
    const EchoOff unseen;
    if (unseen.is_terminal()) std::cerr << prompt << std::flush;
    std::string line;
    (void)std::getline(std::cin, line);
    return line;
}

int send(DaemonClient& client, ClientRequest request, const Printer& printer) {
    const auto result = client.reach(request);
    std::string& body = request.body;
    sodium_memzero(body.data(), body.size());
    if (!result) {
        return client.unavailable("the daemon does not respond at " + client.settings().url +
                                  "; nothing was done");
    }
    return client.finish(*result, printer);
}

ClientRequest post(std::string path, const json::object& body) {
    return {.method = "POST",
            .path = std::move(path),
            .body = json::serialize(body),
            .idempotency_key = {},
            .if_match = {}};
}

std::string user_path(const std::string& id, std::string_view action) {
    return "/api/users/" + encoded(id) + "/" + std::string(action);
}

void print_user(std::ostream& out, const json::value& data) {
    const auto& user = data.as_object();
    out << plain_text(user, "id") << "  " << plain_text(user, "email") << "  "
        << plain_text(user, "role") << (user.at("active").as_bool() ? "" : "  (inactive)") << "\n";
}

}  // namespace

int add_user(DaemonClient& client, const UserArguments& args) {
    json::object body;
    body["email"] = args.email;
    body["name"] = args.name.empty() ? args.email.substr(0, args.email.find('@')) : args.name;
    body["role"] = args.role;
    body["password"] = read_password("password of the new user: ");
    return send(client, post("/api/auth/register", body), print_user);
}

int list_users(DaemonClient& client) {
    const auto status = list_from_daemon(
        client,
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
                  : client.unavailable("the daemon does not respond at " + client.settings().url);
}

int set_role(DaemonClient& client, const UserArguments& args) {
    json::object body;
    body["role"] = args.role;
    return send(client, post(user_path(args.id, "role"), body), print_user);
}

int set_active(DaemonClient& client, const UserArguments& args, bool active) {
    const char* action = active ? "activate" : "deactivate";
    return send(client, post(user_path(args.id, action), {}), print_user);
}

int set_password(DaemonClient& client, const UserArguments& args) {
    json::object body;
    body["password"] = read_password("new password: ");
    return send(client, post(user_path(args.id, "password"), body), print_user);
}

int login(DaemonClient& client, const UserArguments& args) {
    json::object body;
    body["email"] = args.email;
    body["password"] = read_password("password: ");
    if (!args.name.empty()) body["name"] = args.name;
    return send(
        client, post("/api/auth/login", body), [](std::ostream& out, const json::value& data) {
            const auto& object = data.as_object();
            out << plain_text(object, "token") << "\n";
            std::cerr << "valid until " << plain_text(object, "expires_at")
                      << "; set the variable BOTCTL_TOKEN to use it with botctl\n";
        });
}

int audit(DaemonClient& client, const UserArguments& args, const ListArguments& list) {
    std::string path = "/api/audit";
    if (!args.id.empty()) path += "?actor=" + encoded(args.id);
    const auto status = list_from_daemon(
        client,
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
            print_table(out, data.at("acts").as_array(), kColumns, "no audit events");
        });
    return status ? *status
                  : client.unavailable("the daemon does not respond at " + client.settings().url);
}

}  // namespace botcore::botctl
