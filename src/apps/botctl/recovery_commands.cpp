#include "apps/botctl/commands.hpp"
#include "apps/botctl/table.hpp"

#include <array>
#include <string>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

void print_recoveries(std::ostream& out, const json::value& data) {
    static constexpr std::array<Column, 6> kColumns = {{{"TIME", "time"},
                                                        {"MECHANISM", "mechanism"},
                                                        {"ATTEMPT", "attempt", Align::Right},
                                                        {"RESULT", "result"},
                                                        {"MS", "duration_ms", Align::Right},
                                                        {"WHAT HAPPENED", "text"}}};
    const auto* object = data.if_object();
    const auto* rows = object == nullptr ? nullptr : object->if_contains("recoveries");
    if (rows == nullptr || !rows->is_array()) return;
    print_table(out, rows->get_array(), kColumns, "the daemon has not recovered from anything");
}

}  // namespace

int recovery_log(DaemonClient& client, std::uint64_t limit) {
    return client.read("/api/recoveries?limit=" + std::to_string(limit), print_recoveries);
}

}  // namespace botcore::botctl
