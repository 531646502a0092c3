#include "api/overload_filter.hpp"

#include <algorithm>
#include <string_view>

namespace botcore::api {

namespace {

/// Whether the body contains `"reduce_only"`, a colon and `true`, with white space between them
/// where JSON allows it.
bool says_reduce_only(std::string_view body) {
    constexpr std::string_view kName = "\"reduce_only\"";
    constexpr std::string_view kSpaces = " \t\r\n";
    for (std::size_t at = body.find(kName); at != std::string_view::npos;
         at = body.find(kName, at + 1)) {
        std::string_view rest = body.substr(at + kName.size());
        const auto skip = [&] {
            rest.remove_prefix(std::min(rest.find_first_not_of(kSpaces), rest.size()));
        };
        skip();
        if (!rest.starts_with(':')) continue;
        rest.remove_prefix(1);
        skip();
        if (rest.starts_with("true")) return true;
    }
    return false;
}

}  // namespace

host::Purpose purpose_of(const host::RequestContext& call) {
    const host::Purpose purpose = call.row->purpose;
    if (purpose != host::Purpose::Entry) return purpose;
    return says_reduce_only(call.request.body) ? host::Purpose::Exit : host::Purpose::Entry;
}

bool OverloadFilter::pass(host::RequestContext& call) {
    const host::Purpose purpose = purpose_of(call);
    if (purpose != host::Purpose::Read && purpose != host::Purpose::Entry) return true;
    const bool read = purpose == host::Purpose::Read;
    const Pressure pressure = pressure_();
    const std::size_t most = read ? limits_.reads_at : limits_.entries_at;
    const base::Duration longest = read ? limits_.reads_lag : limits_.entries_lag;
    if (pressure.commands_waiting < most && pressure.lag < longest) return true;
    shed_lately_ = true;
    metrics_.count("requests_shed_total", {read ? "read" : "entry"});
    call.fail(503,
              "OVERLOADED",
              read ? "the service is overloaded and refuses reads first; try again shortly"
                   : "the service is overloaded and nothing was done; try again shortly with the "
                     "same key; cancels and exits are accepted");
    return false;
}

}  // namespace botcore::api
