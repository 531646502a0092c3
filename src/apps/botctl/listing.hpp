#pragma once

/// Reads paged lists with as many requests as needed. It always reports how many rows are left out.

#include "apps/botctl/daemon_client.hpp"

#include <boost/json/array.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::botctl {

/// The field names of a paged route: "orders" with "next_before", which is the next request's
/// "before".
struct PageNames {
    std::string_view rows;
    std::string_view next;
    std::string_view cursor;
};

/// The part of a list that is requested.
struct ListArguments {
    std::uint64_t limit = 100;
    bool all = false;  ///< The whole list.
};

/// If not all rows are shown, no more than this many are counted.
inline constexpr std::uint64_t kCountedMax = 10'000;

struct Listed {
    boost::json::array rows;
    std::uint64_t total = 0;
    bool more = false;  ///< There are more than `total`.
};

/// One page of rows: at most `limit` of those before the cursor, and the next cursor if more
/// follow. Nothing if the page cannot be read.
struct Page {
    boost::json::array rows;
    std::string next;
};

using ReadPage =
    std::function<std::optional<Page>(const std::string& cursor, std::uint64_t at_most)>;

/// Reads pages until the list ends, or enough rows have been counted. Nothing if a requested page
/// cannot be read.
[[nodiscard]] std::optional<Listed> gather(const ListArguments& args, const ReadPage& read);

/// "100 of 120 shown; -n 120 or --all shows the rest"; empty if nothing was left out.
[[nodiscard]] std::string left_out(const Listed& listed);

/// Reads the list from the daemon page by page, prints `{"<rows>": [...], "total": N, "complete":
/// B}`, and prints on the standard error how many rows were left out. Nothing if the daemon cannot
/// be reached: then the caller may read the files.
[[nodiscard]] std::optional<int> list_from_daemon(DaemonClient& client,
                                                  const std::string& path,
                                                  const PageNames& names,
                                                  const ListArguments& args,
                                                  const Printer& printer);

/// Prints a list that was already read, in the same form. `rows` names the field of the JSON output
/// that holds the rows. Returns the exit status.
int print_list(DaemonClient& client, std::string_view rows, Listed listed, const Printer& printer);

}  // namespace botcore::botctl
