#pragma once

/// Converts every type that lists its fields with `each_field` to a Boost.JSON value, for people
/// and tools; the journal itself is binary.

#include "protocol/binary_codec.hpp"
#include "protocol/journal.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace botcore::protocol {

template <class T>
[[nodiscard]] boost::json::value exported(const T& value);

/// Collects the fields of one struct.
class JsonFields {
public:
    template <class T>
    void operator()(std::string_view name, const T& value) {
        object_[name] = exported(value);
    }

    [[nodiscard]] boost::json::object take() { return std::move(object_); }

private:
    boost::json::object object_;
};

template <class T>
boost::json::value exported(const T& value) {
    if constexpr (std::is_same_v<T, bool> || std::is_arithmetic_v<T>) {
        return boost::json::value(value);
    } else if constexpr (std::is_enum_v<T>) {
        return boost::json::value(to_text(value));
    } else if constexpr (model::kIsAmount<T>) {
        return boost::json::value(to_text(value));
    } else if constexpr (base::kIsName<T>) {
        return boost::json::value(value.text());
    } else if constexpr (std::is_same_v<T, std::string>) {
        return boost::json::value(value);
    } else if constexpr (std::is_same_v<T, base::Timestamp> || std::is_same_v<T, base::Duration>) {
        return boost::json::value(value.in_microseconds());
    } else if constexpr (std::is_same_v<T, model::Hash>) {
        return boost::json::value(to_hex(value));
    } else if constexpr (detail::kIsOptional<T>) {
        return value.has_value() ? exported(*value) : boost::json::value(nullptr);
    } else if constexpr (detail::kIsVector<T> || detail::kIsAmounts<T>) {
        boost::json::array list;
        for (const auto& item : value)
            list.push_back(exported(item));
        return list;
    } else {
        JsonFields fields;
        T::each_field(fields, value);
        return fields.take();
    }
}

}  // namespace botcore::protocol
