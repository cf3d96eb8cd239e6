#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foundation/json.h"
#include "foundation/json_schema/formats.h"
#include "foundation/text/pattern.h"

namespace aiva::json::schema_detail {

// The types of JSON as bits of a set.
enum TypeBit : unsigned {
  type_null = 1,
  type_boolean = 2,
  type_integer = 4,
  type_number = 8,  // integers too
  type_string = 16,
  type_array = 32,
  type_object = 64,
};

struct Bounds {
  std::optional<double> min{};
  std::optional<double> max{};
  std::optional<double> above{};  // exclusive
  std::optional<double> below{};  // exclusive
  std::optional<double> multiple_of{};
};

struct Counts {
  std::optional<std::uint64_t> min{};
  std::optional<std::uint64_t> max{};
};

// One schema, compiled.
struct Node {
  using Pointer = std::unique_ptr<const Node>;

  bool refuses_all = false;  // the schema `false`
  unsigned types = 0;        // of TypeBit; 0: any
  std::optional<Value> constant{};
  std::vector<Value> choices{};  // of enum; empty: any
  Bounds number{};
  Counts length{};  // of strings, in characters
  std::optional<Pattern> pattern{};
  Format format = Format::none;
  Counts items_count{};
  bool has_unique_items = false;
  std::vector<Pointer> first_items{};
  Pointer items{};  // of those behind first_items
  Counts properties_count{};
  std::map<std::string, Pointer, std::less<>> properties{};
  std::vector<std::string> required{};
  Pointer other_properties{};  // of additionalProperties
  std::vector<Pointer> one_of{};
  std::vector<Pointer> any_of{};
  std::vector<Pointer> all_of{};
  Pointer none_of{};  // of not
};

}  // namespace aiva::json::schema_detail
