#pragma once

/// Lists that come in pages: gathered over as many requests as they need, and never cut without a
/// word.

#include "apps/botctl/daemon_client.hpp"

#include <boost/json/array.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::botctl {

/// How a paged route names its parts: "orders" with "next_before", asked for again as "before".
struct PageNames {
    std::string_view rows;
    std::string_view next;
    std::string_view cursor;
};

/// How much of a list is wanted.
struct ListArguments {
    std::uint64_t limit = 100;
    bool all = false;  ///< However long it is.
};

/// More rows than these are not counted where only some are shown.
inline constexpr std::uint64_t kCountedMax = 10'000;

struct Listed {
    boost::json::array rows;
    std::uint64_t total = 0;
    bool more = false;  ///< There are more than `total`.
};

/// One page of rows: those before the cursor, at most so many, and the next cursor where more
/// follow. Nothing where the page cannot be had.
struct Page {
    boost::json::array rows;
    std::string next;
};

using ReadPage =
    std::function<std::optional<Page>(const std::string& cursor, std::uint64_t at_most)>;

/// Reads pages until the list ends, or enough of it has been counted. Nothing where a page cannot
/// be had.
[[nodiscard]] std::optional<Listed> gather(const ListArguments& args, const ReadPage& read);

/// "100 of 120 shown; -n 120 or --all shows the rest"; empty where nothing was left out.
[[nodiscard]] std::string left_out(const Listed& listed);

/// Asks the daemon page by page, prints `{"<rows>": [...], "total": N, "complete": B}` and says on
/// the standard error what was left out. Nothing when the daemon cannot be reached: then the files
/// may be asked.
[[nodiscard]] std::optional<int> list_from_daemon(DaemonClient& client,
                                                  const std::string& path,
                                                  const PageNames& names,
                                                  const ListArguments& args,
                                                  const Printer& printer);

/// The same from pages that somebody else reads.
int show_list(DaemonClient& client, std::string_view rows, Listed listed, const Printer& printer);

}  // namespace botcore::botctl
