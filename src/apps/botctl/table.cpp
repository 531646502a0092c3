#include "apps/botctl/table.hpp"

#include "base/plain_numbers.hpp"
#include "base/plain_text.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <vector>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

void pad(std::ostream& out, std::string_view text, std::size_t width, Align align) {
    const std::string spaces(width - std::min(width, text.size()), ' ');
    if (align == Align::Right) out << spaces << text;
    if (align == Align::Left) out << text << spaces;
}

}  // namespace

std::string printable(std::string_view text) {
    return base::plain_line(text);
}

std::string plain_text(const json::value* value) {
    if (value == nullptr || value->is_null()) return "-";
    if (const auto* text = value->if_string()) return printable({text->data(), text->size()});
    return printable(base::plain_numbers(json::serialize(*value)));
}

std::string plain_text(const json::object& object, std::string_view field) {
    return plain_text(object.if_contains(field));
}

const json::array& array_of(const json::value& value) {
    static const json::array kEmpty;
    return value.is_array() ? value.get_array() : kEmpty;
}

void print_table(std::ostream& out,
                 const json::array& rows,
                 std::span<const Column> columns,
                 std::string_view empty) {
    if (rows.empty()) {
        out << empty << "\n";
        return;
    }
    std::vector<std::size_t> widths;
    std::vector<std::vector<std::string>> cells;
    for (const auto& column : columns)
        widths.push_back(column.title.size());
    for (const auto& row : rows) {
        auto& line = cells.emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            line.push_back(row.is_object() ? plain_text(row.get_object(), columns[i].field) : "-");
            widths[i] = std::max(widths[i], line.back().size());
        }
    }
    const auto print_line = [&](const auto& text_of) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (i > 0) out << "  ";
            const bool last_left = i + 1 == columns.size() && columns[i].align == Align::Left;
            pad(out, text_of(i), last_left ? 0 : widths[i], columns[i].align);
        }
        out << "\n";
    };
    print_line([&](std::size_t i) { return std::string(columns[i].title); });
    for (const auto& line : cells)
        print_line([&](std::size_t i) { return line[i]; });
}

void print_fields(std::ostream& out, const json::object& object, std::span<const Column> columns) {
    std::size_t width = 0;
    for (const auto& column : columns)
        width = std::max(width, column.title.size());
    for (const auto& column : columns) {
        pad(out, column.title, width + 2, Align::Left);
        out << plain_text(object, column.field) << "\n";
    }
}

}  // namespace botcore::botctl
