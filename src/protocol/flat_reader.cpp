#include "protocol/flat_reader.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace botcore::protocol {

namespace json = boost::json;
using Error = json::error_code;

namespace {

/// Handles the parser's events; rejects the body by returning false with an error set.
class FlatHandler {
public:
    static constexpr std::size_t max_object_size = kRequestBodyMax;
    static constexpr std::size_t max_array_size = kRequestBodyMax;
    static constexpr std::size_t max_key_size = kRequestBodyMax;
    static constexpr std::size_t max_string_size = kRequestBodyMax;

    bool on_document_begin(Error&) { return true; }

    bool on_document_end(Error&) { return true; }

    bool on_object_begin(Error&) { return open(Opening::Object); }

    bool on_object_end(std::size_t, Error&) { return close(); }

    bool on_array_begin(Error&) { return open(Opening::Array); }

    bool on_array_end(std::size_t, Error&) { return close(); }

    bool on_key_part(json::string_view part, std::size_t, Error&) {
        if (is_field_level()) key_.append(part.data(), part.size());
        return true;
    }

    bool on_key(json::string_view part, std::size_t size, Error& error) {
        if (!is_field_level()) return true;
        (void)on_key_part(part, size, error);
        if (!fields_here().contains(key_)) return true;
        doubled_ = depth_ == 1 ? key_ : *inside_ + "." + key_;
        error = json::error::syntax;
        return false;
    }

    bool on_string_part(json::string_view part, std::size_t, Error&) { return add(part); }

    bool on_string(json::string_view part, std::size_t, Error&) {
        (void)add(part);
        return put(FieldKind::Text);
    }

    bool on_number_part(json::string_view part, Error&) { return add(part); }

    bool on_int64(std::int64_t, json::string_view part, Error&) { return number(part); }

    bool on_uint64(std::uint64_t, json::string_view part, Error&) { return number(part); }

    // The converted value is not used: the text holds the number without rounding.
    bool on_double(double, json::string_view part, Error&) {  // rule-ok: the parser's interface
        return number(part);
    }

    bool on_bool(bool value, Error&) {
        value_ = value ? "true" : "false";
        return put(FieldKind::Boolean);
    }

    bool on_null(Error&) {
        value_ = "null";
        return put(FieldKind::Null);
    }

    bool on_comment_part(json::string_view, Error&) { return true; }

    bool on_comment(json::string_view, Error&) { return true; }

    [[nodiscard]] bool is_object() const { return is_object_; }

    [[nodiscard]] const std::optional<std::string>& doubled() const { return doubled_; }

    [[nodiscard]] FlatBody take() { return std::move(body_); }

private:
    enum class Opening : std::uint8_t { Object, Array };

    /// Whether the parser is in the body's object, or in an object that is the value of one of its
    /// fields.
    [[nodiscard]] bool is_field_level() const {
        return is_object_ && (depth_ == 1 || (depth_ == 2 && inside_));
    }

    [[nodiscard]] FlatObject& fields_here() {
        return depth_ == 1 ? body_.fields : body_.inside[*inside_];
    }

    bool open(Opening opening) {
        if (depth_ == 0) is_object_ = opening == Opening::Object;
        if (depth_ == 1 && is_object_ && opening == Opening::Object) {
            inside_ = key_;
            body_.inside[key_];  // Adds the object even if it has no fields.
        }
        if (is_field_level()) {
            value_ = opening == Opening::Object ? "an object" : "an array";
            (void)put(FieldKind::Nested);
        }
        ++depth_;
        return true;
    }

    bool close() {
        --depth_;
        if (depth_ == 1) inside_.reset();
        return true;
    }

    bool add(json::string_view part) {
        if (is_field_level()) value_.append(part.data(), part.size());
        return true;
    }

    bool number(json::string_view part) {
        (void)add(part);
        return put(FieldKind::Number);
    }

    bool put(FieldKind kind) {
        if (is_field_level())
            fields_here().emplace(std::move(key_), FlatField{kind, std::move(value_)});
        key_.clear();
        value_.clear();
        return true;
    }

    FlatBody body_;
    std::optional<std::string> inside_;  ///< The field whose object is being parsed.
    std::string key_;
    std::string value_;
    std::size_t depth_ = 0;
    bool is_object_ = false;
    std::optional<std::string> doubled_;
};

RequestError invalid_json(std::string message) {
    return {.code = "INVALID_JSON",
            .message = std::move(message),
            .field = {},
            .expected = {},
            .received = {}};
}

}  // namespace

std::string excerpt(std::string_view text) {
    constexpr std::size_t kMax = 64;
    if (text.size() <= kMax) return std::string(text);
    std::size_t end = kMax - 3;
    while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return std::string(text.substr(0, end)) + "...";
}

base::Result<FlatBody, RequestError> parse_flat_object(std::string_view body) {
    if (body.size() > kRequestBodyMax) {
        return base::Failure{RequestError{.code = "PAYLOAD_TOO_LARGE",
                                          .message = "the body must have at most 65536 bytes",
                                          .field = {},
                                          .expected = {},
                                          .received = {}}};
    }
    json::parse_options options;
    options.max_depth = kRequestDepthMax;
    json::basic_parser<FlatHandler> parser(options);
    Error error;
    const std::size_t used = parser.write_some(false, body.data(), body.size(), error);
    if (const auto& doubled = parser.handler().doubled()) {
        RequestError refused = invalid_json("the field '" + excerpt(*doubled) + "' occurs twice");
        refused.field = excerpt(*doubled);
        return base::Failure{std::move(refused)};
    }
    if (error == json::error::too_deep) {
        return base::Failure{invalid_json("the body is nested more than ten levels deep")};
    }
    const bool rest = body.substr(used).find_first_not_of(" \t\r\n") != std::string_view::npos;
    if (error || !parser.done() || rest) {
        return base::Failure{invalid_json(
            "the body is not one well-formed JSON object; the first error is after byte " +
            std::to_string(used))};
    }
    if (!parser.handler().is_object()) {
        return base::Failure{invalid_json("the body must be a JSON object such as {\"symbol\":…}")};
    }
    return parser.handler().take();
}

std::string serialize_sorted(const std::map<std::string, std::string>& fields) {
    json::object object;
    for (const auto& [name, value] : fields)
        object[name] = value;
    return json::serialize(object);
}

Result<FieldReader, RequestError> fields_if_any(std::string_view body) {
    if (body.empty()) return FieldReader(FlatBody());
    return FieldReader(TRY(parse_flat_object(body)));
}

}  // namespace botcore::protocol
