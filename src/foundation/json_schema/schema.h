#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva::json {

namespace schema_detail {
struct Node;
}

// Bounds on schemas, which strangers write.
struct SchemaLimits {
  std::size_t bytes_max = 64 * 1024;
  std::size_t depth_max = 16;
  std::size_t nodes_max = 2000;  // schemas inside of it
};

// A JSON Schema (draft 2020-12) as functions describe their arguments: type, enum, const, the
// limits of numbers, texts, arrays and objects, pattern, properties, required,
// additionalProperties, items, prefixItems, oneOf, anyOf, allOf, not, and of the formats date,
// time, date-time, email, uri, uuid, ipv4. Annotations and unknown words are passed over, words
// that would limit values and are not understood ($ref, if, patternProperties, …) are mistakes.
// Immutable; any thread.
class Schema {
 public:
  // Fails with `invalid` and a detail for each mistake, the path of the place prefixed by `field`.
  static Result<Schema> compile(const Value& schema, std::string_view field = "schema",
                                SchemaLimits limits = {});
  static Result<Schema> parse(std::string_view text, std::string_view field = "schema",
                              SchemaLimits limits = {});

  // What is wrong with a value, the first twenty mistakes; empty: nothing. The path of the value
  // itself is empty. A value that takes too many steps to check is a mistake.
  [[nodiscard]] std::vector<FieldError> check(const Value& value) const;

 private:
  explicit Schema(std::shared_ptr<const schema_detail::Node> root) : root_(std::move(root)) {}

  // Shared by the copies.
  std::shared_ptr<const schema_detail::Node> root_;
};

}  // namespace aiva::json
