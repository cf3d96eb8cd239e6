#include "foundation/json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>

namespace aiva::json {

Result<Value> parse(std::string_view text, ParseLimits limits) {
  if (text.size() > limits.bytes_max)
    return fail(ErrorCode::too_large, "The JSON text is too long");
  boost::json::parse_options options;
  options.max_depth = limits.depth_max;
  boost::system::error_code error;
  boost::json::stream_parser parser({}, options);
  auto read = parser.write_some(text.data(), text.size(), error);
  if (!error && read < text.size()) error = boost::json::error::extra_data;
  if (!error) parser.finish(error);
  if (error)
    return fail(ErrorCode::invalid,
                "Malformed JSON near byte " + std::to_string(read) + ": " + error.message());
  return parser.release();
}

std::string to_text(const Value& value) { return boost::json::serialize(value); }
std::string to_text(const Object& value) { return boost::json::serialize(value); }

Fields::Fields(const Value& value, std::string path)
    : object_(value.if_object()), path_(std::move(path)) {
  if (object_ == nullptr) errors_.push_back({path_.empty() ? "body" : path_, "must be an object"});
}

const Value* Fields::find(std::string_view name) const {
  if (object_ == nullptr) return nullptr;
  const auto* value = object_->if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

bool Fields::has(std::string_view name) const { return find(name) != nullptr; }

void Fields::add_error(std::string_view name, std::string message) {
  std::string field = path_.empty() ? std::string(name) : path_ + "." + std::string(name);
  errors_.push_back({std::move(field), std::move(message)});
}

std::string Fields::text(std::string_view name, TextLimits limits) {
  if (object_ != nullptr && find(name) == nullptr) {
    add_error(name, "is required");
    return {};
  }
  return optional_text(name, limits).value_or(std::string());
}

std::optional<std::string> Fields::optional_text(std::string_view name, TextLimits limits) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto* text = value->if_string();
  if (text == nullptr) {
    add_error(name, "must be a string");
    return std::nullopt;
  }
  if (text->size() < limits.length_min) {
    add_error(name, limits.length_min == 1
                        ? "must not be empty"
                        : "must have at least " + std::to_string(limits.length_min) + " bytes");
    return std::nullopt;
  }
  if (text->size() > limits.length_max) {
    add_error(name, "must have at most " + std::to_string(limits.length_max) + " bytes");
    return std::nullopt;
  }
  return std::string(text->data(), text->size());
}

std::int64_t Fields::integer(std::string_view name, std::int64_t fallback, std::int64_t min,
                             std::int64_t max) {
  const auto* value = find(name);
  if (value == nullptr) return fallback;
  std::int64_t number = fallback;
  if (value->is_int64()) {
    number = value->get_int64();
  } else if (value->is_uint64()) {
    number = INT64_MAX;
  } else {
    add_error(name, "must be an integer");
    return fallback;
  }
  if (number >= min && number <= max) return number;
  add_error(name, "must be between " + std::to_string(min) + " and " + std::to_string(max));
  return fallback;
}

std::optional<double> Fields::optional_number(std::string_view name, double min, double max) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    add_error(name, "must be a number");
    return std::nullopt;
  }
  double number = value->to_number<double>();
  if (number >= min && number <= max) return number;
  add_error(name, "must be between " + std::to_string(min) + " and " + std::to_string(max));
  return std::nullopt;
}

bool Fields::boolean(std::string_view name, bool fallback) {
  return optional_boolean(name).value_or(fallback);
}

std::optional<bool> Fields::optional_boolean(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (const auto* flag = value->if_bool()) return *flag;
  add_error(name, "must be true or false");
  return std::nullopt;
}

const Object* Fields::object(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return nullptr;
  if (const auto* object = value->if_object()) return object;
  add_error(name, "must be an object");
  return nullptr;
}

const Array* Fields::array(std::string_view name, std::size_t length_max) {
  const auto* value = find(name);
  if (value == nullptr) return nullptr;
  const auto* array = value->if_array();
  if (array == nullptr) {
    add_error(name, "must be an array");
    return nullptr;
  }
  if (array->size() <= length_max) return array;
  add_error(name, "must have at most " + std::to_string(length_max) + " elements");
  return nullptr;
}

Result<void> Fields::finish() {
  if (errors_.empty()) return {};
  Error error{.code = ErrorCode::invalid, .message = "The request is not valid"};
  error.details = std::move(errors_);
  return fail(std::move(error));
}

}  // namespace aiva::json
