#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "foundation/ids.h"
#include "foundation/json.h"

namespace aiva {

// Appends JSON text to a string: the fast way to answer. Calls must nest properly; commas are set
// by the writer. Text must be UTF-8.
class JsonWriter {
 public:
  // `out` is borrowed and appended to.
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag);
  JsonWriter& value(double number);  // not finite: null
  JsonWriter& null();
  template <std::signed_integral I>
  JsonWriter& value(I number) {
    return integer(static_cast<std::int64_t>(number));
  }
  template <std::unsigned_integral U>
    requires(!std::same_as<U, bool>)
  JsonWriter& value(U number) {
    return natural(static_cast<std::uint64_t>(number));
  }
  template <class Tag>
  JsonWriter& value(const Id<Tag>& id) {
    char text[36];
    id.uuid.write(text);
    return value(std::string_view(text, 36));
  }
  JsonWriter& value(const json::Value& document);
  // Inserts ready JSON text as one value.
  JsonWriter& raw(std::string_view json_text);

  // key + value in one call.
  template <class T>
  JsonWriter& field(std::string_view name, const T& content) {
    key(name);
    return value(content);
  }
  JsonWriter& null_field(std::string_view name) { return key(name).null(); }

 private:
  JsonWriter& integer(std::int64_t number);
  JsonWriter& natural(std::uint64_t number);
  void separate();

  std::string& out_;
  bool needs_comma_ = false;
};

}  // namespace aiva
