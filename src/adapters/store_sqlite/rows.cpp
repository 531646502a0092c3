#include "adapters/store_sqlite/rows.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace botcore::store_sqlite {

namespace {

/// An INTEGER of SQLite cannot hold the 16 bytes of an amount, whose decimal text has at most 41
/// characters; the widest table, instruments, has 19 amounts.
constexpr std::size_t kDecimalsSize = 64 * 48;
constexpr int kDecimalPlaces = 8;

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
    std::string text;
    for (const std::string& part : parts) {
        if (!text.empty()) text += separator;
        text += part;
    }
    return text;
}

bool contains(const std::vector<std::string>& list, const std::string& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

/// Computes 10 x `magnitude` + `digit`; false if the result exceeds 127 bits.
bool append_digit(base::Uint128& magnitude, char character) {
    if (character < '0' || character > '9') return false;
    constexpr auto kMax = static_cast<base::Uint128>(1) << 127U;
    const auto digit = static_cast<base::Uint128>(character - '0');
    if (magnitude > (kMax - digit) / 10) return false;
    magnitude = magnitude * 10 + digit;
    return true;
}

}  // namespace

base::Result<base::Int128, model::AmountError> parse_decimal(std::string_view text) {
    const base::Failure not_a_number{model::AmountError::NotANumber};
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.empty()) return base::Failure{model::AmountError::Empty};
    base::Uint128 magnitude = 0;
    int places = -1;  // Counted from the decimal point; -1 before it.
    for (const char character : text) {
        if (character == '.' && places < 0) {
            places = 0;
            continue;
        }
        if (places >= kDecimalPlaces) return base::Failure{model::AmountError::TooPrecise};
        if (!append_digit(magnitude, character)) return not_a_number;
        if (places >= 0) ++places;
    }
    for (int place = std::max(places, 0); place < kDecimalPlaces; ++place) {
        if (!append_digit(magnitude, '0')) return base::Failure{model::AmountError::OutOfRange};
    }
    constexpr auto kLowest = static_cast<base::Uint128>(1) << 127U;
    if (magnitude == kLowest && !negative) return base::Failure{model::AmountError::OutOfRange};
    return static_cast<base::Int128>(negative ? ~magnitude + 1 : magnitude);
}

std::string column_name(std::string_view prefix, std::string_view field) {
    if (!prefix.empty()) return std::string(prefix) + "_" + std::string(field);
    if (field == "index") return "record_index";  // Reserved in SQL, as are the next ones.
    if (field == "order") return "order_id";
    if (field == "begin") return "begins";
    if (field == "end") return "ends";
    return std::string(field);
}

std::string insert_sql(const TableShape& table) {
    std::string marks;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        marks += i == 0 ? "?" : ", ?";
    return "INSERT INTO " + table.name + " (" + joined(table.columns, ", ") + ") VALUES (" + marks +
           ")";
}

std::string upsert_sql(const TableShape& table) {
    std::vector<std::string> assignments;
    for (const std::string& column : table.columns) {
        if (contains(table.key, column) || contains(table.fixed, column)) continue;
        assignments.push_back(column + " = excluded." + column);
    }
    return insert_sql(table) + " ON CONFLICT (" + joined(table.key, ", ") + ") DO UPDATE SET " +
           joined(assignments, ", ");
}

std::string guarded_upsert_sql(const TableShape& table) {
    const std::string written_by = "?" + std::to_string(table.columns.size() + 1);
    const std::string hash = "?" + std::to_string(table.columns.size() + 2);
    return upsert_sql(table) + " WHERE " + written_by + " IS NULL OR (" + table.name +
           ".written_by = " + written_by + " AND " + table.name + ".image_hash = " + hash + ")";
}

std::string select_sql(const TableShape& table) {
    return "SELECT " + joined(table.columns, ", ") + " FROM " + table.name;
}

std::string order_by_key(const TableShape& table) {
    return " ORDER BY " + joined(table.key, ", ");
}

RowBinder::RowBinder() {
    decimals_.reserve(kDecimalsSize);
}

void RowBinder::begin(Statement& statement) {
    statement_ = &statement;
    next_ = 1;
    decimals_.clear();
}

void RowBinder::amount(base::Int128 units) {
    const std::size_t start = decimals_.size();
    CHECK(start + 48 <= decimals_.capacity());  // Earlier texts must not move.
    model::append_text(decimals_, model::Money::from_units(units));
    text(std::string_view(decimals_).substr(start));
}

void RowBinder::amounts(const ProfitHours& values) {
    const std::size_t start = decimals_.size();
    CHECK(start + values.size() * 48 <= decimals_.capacity());  // Earlier texts must not move.
    for (const model::Money value : values) {
        if (decimals_.size() != start) decimals_ += ',';
        model::append_text(decimals_, value);
    }
    text(std::string_view(decimals_).substr(start));
}

ProfitHours RowReader::amounts() {
    ProfitHours values{};
    std::string_view rest = text();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        const auto units = parse_decimal(rest.substr(0, end));
        intact_ &= units.has_value();
        if (units) values.at(i) = model::Money::from_units(units.value());
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    intact_ &= rest.empty();
    return values;
}

model::Hash RowReader::hash() {
    model::Hash value{};
    const std::string_view bytes = blob();
    intact_ &= bytes.size() == value.size();
    if (bytes.size() == value.size()) std::copy(bytes.begin(), bytes.end(), value.begin());
    return value;
}

base::Int128 RowReader::amount() {
    const auto units = parse_decimal(text());
    intact_ &= units.has_value();
    return units ? units.value() : base::Int128{0};
}

std::optional<model::Price> RowReader::optional_price() {
    if (statement_.is_null(next_)) {
        ++next_;
        return std::nullopt;
    }
    return model::Price::from_units(amount());
}

}  // namespace botcore::store_sqlite
