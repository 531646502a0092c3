#pragma once

/// The schemas (shapes) of all bodies of the API, by name, for the OpenAPI document. Each group of
/// routes adds its own schemas.
///
/// Fields are written as `name:Shape`, separated by white space. A field `name?` may be missing, a
/// `Shape?` may be null, and `[Shape]` is a list of values of that shape. A shape is a name in this
/// table or one of text, integer, number, boolean and object (with any fields). Objects have no
/// fields other than those listed.
///
/// S1  A name is added once.

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::host {

class SchemaTable {
public:
    /// Adds an object with these fields.
    void add_object(std::string_view name, std::string_view text, std::string_view fields);
    /// Adds an object with all fields of the object `base` and these additional fields.
    void add_object(std::string_view name,
                    std::string_view base,
                    std::string_view text,
                    std::string_view fields);
    void add_list(std::string_view name, std::string_view item);
    void add_words(std::string_view name,
                   std::string_view text,
                   const std::vector<std::string_view>& words);
    /// Adds any schema, written as well-formed JSON in our own source.
    void add_json(std::string_view name, std::string_view schema);

    /// Sets an example of the body, written as well-formed JSON in our own source.
    void set_example(std::string_view name, std::string_view example);

    /// Adds a list of all words that `to_text` returns for the values of one of our enums.
    template <class E>
    void add_enum(std::string_view name, std::string_view text) {
        std::vector<std::string_view> words;
        for (unsigned i = 0; i < kEnumMax; ++i) {
            const std::string_view word = to_text(static_cast<E>(i));
            if (word != "?") words.push_back(word);
        }
        add_words(name, text, words);
    }

    [[nodiscard]] bool contains(std::string_view name) const { return schemas_.contains(name); }

    /// All schemas by name, for `components/schemas` of the document.
    [[nodiscard]] const boost::json::object& all() const { return schemas_; }

    /// The schema to write where a shape is used: a reference, or a plain type.
    [[nodiscard]] static boost::json::object use(std::string_view shape);

private:
    static constexpr unsigned kEnumMax = 200;

    void add(std::string_view name, boost::json::object schema);

    boost::json::object schemas_;
};

}  // namespace botcore::host
