#include "apps/botctl/archive_access.hpp"
#include "apps/botctl/confirmation.hpp"
#include "apps/botctl/progress.hpp"
#include "services/archive/drill.hpp"
#include "services/archive/drill_history.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <utility>

namespace botcore::botctl {
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::size_t kNameMax = 100;
constexpr std::size_t kRemarkMax = 500;

/// The login name of the current user.
std::string this_person() {
    const passwd* const entry = ::getpwuid(::getuid());
    return entry != nullptr ? entry->pw_name : "user " + std::to_string(::getuid());
}

bool is_one_line(std::string_view text, std::size_t bytes_max) {
    return text.size() <= bytes_max && std::ranges::none_of(text, [](char c) {
               return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
           });
}

archive::DrillHistory history_of(const fs::path& data) {
    return archive::DrillHistory(data / archive::kDrillFile);
}

/// The newest report, or the one with that time; nothing if there is none.
const json::object* chosen_in(const json::array& drills, const std::string& time) {
    const json::object* chosen = nullptr;
    for (const json::value& item : drills) {
        const json::value* made = item.get_object().if_contains("time");
        const bool fits = made != nullptr && made->is_string() &&
                          (time.empty() || std::string_view(made->get_string()) == time);
        if (fits) chosen = &item.get_object();
    }
    return chosen;
}

}  // namespace

int run_drill(DaemonClient& client, const BackupArguments& args) {
    std::vector<std::string> participants = args.participants;
    if (participants.empty()) participants.push_back(this_person());
    for (const auto& name : participants) {
        if (name.empty() || !is_one_line(name, kNameMax)) {
            return wrong_usage("--participant: expected a name of at most 100 bytes on one line");
        }
    }
    auto opened = open_archive(client, args);
    if (!opened) return refused(client, opened.error());
    ProgressLine line;
    const auto drill = archive::run_drill(*opened.value()->archive,
                                          {.stores = *opened.value()->stores,
                                           .store = opened.value()->data / "botcore.db",
                                           .scratch = opened.value()->data / "drill-copy.db",
                                           .history = opened.value()->data / archive::kDrillFile},
                                          std::move(participants),
                                          now,
                                          line.as_progress());
    line.end();
    (void)client.show(to_json(drill), archive::print_drill);
    return drill.passed ? kExitOk : kExitNegative;
}

int drill_history(DaemonClient& client) {
    const auto drills = history_of(client.settings().data).read();
    if (!drills) return refused(client, drills.error());
    return client.show(drills.value(), [](std::ostream& out, const json::value& data) {
        for (const auto& item : data.as_array())
            archive::print_drill(out, item);
    });
}

int sign_drill(DaemonClient& client, const BackupArguments& args) {
    if (args.by.empty() || !is_one_line(args.by, kNameMax) ||
        !is_one_line(args.remark, kRemarkMax)) {
        return wrong_usage(
            "--by: expected the name of the person who signs, at most 100 bytes, and "
            "--remark at most 500 bytes, each on one line");
    }
    const fs::path data = fs::absolute(client.settings().data);
    const auto history = history_of(data);
    const auto drills = history.read();
    if (!drills) return refused(client, drills.error());
    const json::object* const drill = chosen_in(drills.value(), args.drill);
    if (drill == nullptr) {
        return refused(client,
                       args.drill.empty()
                           ? "there is no drill to sign; run one with botctl drill run"
                           : "there is no drill of " + args.drill);
    }
    const auto refuse = [](const std::string& text) {
        std::cerr << "botctl: " << text << "\n";
        return kExitNegative;
    };
    if (!drill->at("passed").as_bool()) {
        return refuse(
            "this drill failed, and a failed drill cannot be signed: correct what its report "
            "names, then run botctl drill run");
    }
    if (drill->contains("signed_by")) return refuse("this drill is already signed");
    std::ostringstream report;
    archive::print_drill(report, *drill);
    const int status = ask({report.str()}, "Do you, " + args.by + ", sign it?", args.agreed);
    if (status != kExitOk) return status;
    const std::string time(drill->at("time").as_string());
    if (const auto working = work_as_owner_of(data); !working) {
        return refused(client, working.error());
    }
    if (!history.add({.drill = time, .by = args.by, .text = args.remark, .time = now()})) {
        return refused(client, "the signature cannot be written");
    }
    const auto after = history.read();
    if (!after) return refused(client, after.error());
    return client.show(*chosen_in(after.value(), time), archive::print_drill);
}

}  // namespace botcore::botctl
