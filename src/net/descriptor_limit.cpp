#include "net/descriptor_limit.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

namespace botcore::net {

namespace {

constexpr std::size_t kOthers = 256;
constexpr std::size_t kConnectionsMin = 16;

}  // namespace

std::size_t connections_that_fit(std::size_t descriptors, std::size_t wanted, std::size_t streams) {
    if (descriptors >= kOthers + streams + wanted) return wanted;
    const std::size_t left = descriptors > kOthers ? descriptors - kOthers : 0;
    return std::min(wanted, std::max(kConnectionsMin, left / 2));
}

std::string fit_to_descriptors(HttpServerOptions& options, std::size_t streams) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    if (limit.rlim_cur < limit.rlim_max && ::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    const std::size_t fits = connections_that_fit(limit.rlim_cur, options.connections_max, streams);
    const std::size_t wanted = std::exchange(options.connections_max, fits);
    if (fits == wanted) return {};
    return "this process may open " + std::to_string(limit.rlim_cur) + " files: at most " +
           std::to_string(fits) + " connections instead of " + std::to_string(wanted) +
           "; raise the hard limit (LimitNOFILE of the unit, `ulimit -Hn`)";
}

}  // namespace botcore::net
