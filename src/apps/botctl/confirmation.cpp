#include "apps/botctl/confirmation.hpp"

#include "apps/botctl/daemon_client.hpp"
#include "apps/botctl/table.hpp"

#include <unistd.h>

#include <iostream>

namespace botcore::botctl {

std::vector<std::string> shortened(std::vector<std::string> lines) {
    if (lines.size() <= kNamedMax) return lines;
    const std::size_t more = lines.size() - kNamedMax;
    lines.resize(kNamedMax);
    lines.push_back("and " + std::to_string(more) + " more");
    return lines;
}

int ask(const std::vector<std::string>& lines, std::string_view question, Agreed agreed) {
    for (const auto& line : lines)
        std::cerr << printable(line) << "\n";
    if (agreed == Agreed::Before) return kExitOk;
    if (::isatty(STDIN_FILENO) != 1) {
        std::cerr << "botctl: nothing was changed: " << printable(question)
                  << " There is no terminal to ask for confirmation; use --yes to confirm\n";
        return kExitUsage;
    }
    std::cerr << printable(question) << " [y/N] " << std::flush;
    std::string result;
    if (std::getline(std::cin, result) && (result == "y" || result == "yes")) return kExitOk;
    std::cerr << "botctl: nothing was changed\n";
    return kExitNegative;
}

}  // namespace botcore::botctl
