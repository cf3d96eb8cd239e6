#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::json {

// The JSON document type of the house (decision 0003): the one third-party type in public headers.
using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

struct ParseLimits {
  std::size_t bytes_max = 10 * 1024 * 1024;
  std::size_t depth_max = 64;
};

// Parses strict JSON (RFC 8259) in valid UTF-8; fails with `invalid` and the position, or
// `too_large`.
Result<Value> parse(std::string_view text, ParseLimits limits = {});

// The compact text of a value.
std::string to_text(const Value& value);
std::string to_text(const Object& value);

// Reads the fields of one JSON object and remembers every mistake, so that the caller gets all of
// them in one `invalid` error from finish(). Field getters return defaults after a mistake.
class Fields {
 public:
  // `value` must outlive this; anything but an object is a mistake. `path` prefixes field names.
  explicit Fields(const Value& value, std::string path = {});

  struct TextLimits {
    std::size_t length_min = 0;  // in bytes of UTF-8
    std::size_t length_max = 65536;
  };
  std::string text(std::string_view name, TextLimits limits);
  std::optional<std::string> optional_text(std::string_view name, TextLimits limits);
  std::int64_t integer(std::string_view name, std::int64_t fallback, std::int64_t min,
                       std::int64_t max);
  std::optional<double> optional_number(std::string_view name, double min, double max);
  bool boolean(std::string_view name, bool fallback);
  std::optional<bool> optional_boolean(std::string_view name);
  // The object under `name`; null when absent or (recorded) not an object.
  const Object* object(std::string_view name);
  const Array* array(std::string_view name, std::size_t length_max);
  [[nodiscard]] bool has(std::string_view name) const;

  void add_error(std::string_view name, std::string message);
  // Success, or every recorded mistake.
  Result<void> finish();

 private:
  const Value* find(std::string_view name) const;

  const Object* object_ = nullptr;
  std::string path_;
  std::vector<FieldError> errors_;
};

}  // namespace aiva::json
