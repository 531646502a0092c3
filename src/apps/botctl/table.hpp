#pragma once

/// Prints JSON for people: aligned tables and lists of named values.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <ostream>
#include <span>
#include <string>
#include <string_view>

namespace botcore::botctl {

enum class Align : std::uint8_t { Left, Right };

struct Column {
    std::string_view title;
    std::string_view field;
    Align align = Align::Left;
};

/// Returns the text as one line, in which each terminal control character is replaced by a space.
[[nodiscard]] std::string printable(std::string_view text);

/// The value without quotes and control characters; "-" for null and for missing values.
[[nodiscard]] std::string plain_text(const boost::json::value* value);
[[nodiscard]] std::string plain_text(const boost::json::object& object, std::string_view field);

/// The value as a list; empty for anything else.
[[nodiscard]] const boost::json::array& array_of(const boost::json::value& value);

/// One line for each object. Prints `empty` for an empty list.
void print_table(std::ostream& out,
                 const boost::json::array& rows,
                 std::span<const Column> columns,
                 std::string_view empty);

/// One line for each field, aligned.
void print_fields(std::ostream& out,
                  const boost::json::object& object,
                  std::span<const Column> columns);

}  // namespace botcore::botctl
