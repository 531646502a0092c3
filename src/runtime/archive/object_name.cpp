#include "runtime/archive/object_name.hpp"

#include <algorithm>

namespace botcore::runtime::archive {

using ports::RepositoryError;

namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

bool is_part(std::string_view part) {
    return !part.empty() && part != "." && part != ".." && std::ranges::all_of(part, is_letter);
}

}  // namespace

bool is_object_name(std::string_view name) {
    if (name.size() > kObjectNameMax) return false;
    while (true) {
        const std::size_t slash = name.find('/');
        if (!is_part(name.substr(0, slash))) return false;
        if (slash == std::string_view::npos) return true;
        name.remove_prefix(slash + 1);
    }
}

ports::RepositoryOutcome check_object(std::string_view name, std::size_t bytes) {
    if (!is_object_name(name)) {
        return base::Failure{RepositoryError{
            RepositoryError::Kind::Refused,
            "no name for an object: expected at most 200 of a-z, 0-9, '-', '.' and '/'"}};
    }
    if (bytes > ports::Repository::kObjectBytesMax) {
        return base::Failure{RepositoryError{
            RepositoryError::Kind::Refused,
            "the object " + std::string(name) + " has " + std::to_string(bytes) +
                " bytes, at most " + std::to_string(ports::Repository::kObjectBytesMax)}};
    }
    return base::Done{};
}

}  // namespace botcore::runtime::archive
