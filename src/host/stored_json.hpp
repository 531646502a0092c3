#pragma once

/// Reads small JSON objects that this program has stored itself. The first field that is missing or
/// has another type is remembered as the error, so that the caller looks once at the end.

#include "base/result.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::host {

/// The object that the text is. The error says that it is none.
[[nodiscard]] base::Result<boost::json::object, std::string> parse_stored(std::string_view text);

/// As above; the error may also say that its field "format" is another number.
[[nodiscard]] base::Result<boost::json::object, std::string> parse_stored(std::string_view text,
                                                                          std::int64_t format);

class StoredObject {
public:
    /// The object must outlive this reader.
    explicit StoredObject(const boost::json::object& object) : object_(object) {}

    /// Empty, zero, false or null after an error.
    [[nodiscard]] std::string text(std::string_view name);
    [[nodiscard]] std::int64_t number(std::string_view name);
    [[nodiscard]] bool flag(std::string_view name);
    [[nodiscard]] const boost::json::object* object(std::string_view name);
    [[nodiscard]] const boost::json::array* array(std::string_view name);

    /// Whether the field exists and is not null.
    [[nodiscard]] bool has(std::string_view name) const;

    /// Marks the field as wrong.
    void refuse(std::string_view name);

    /// The first error; empty if there was none.
    [[nodiscard]] const std::string& error() const { return error_; }

private:
    const boost::json::object& object_;
    std::string error_;
};

}  // namespace botcore::host
