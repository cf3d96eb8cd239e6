#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "foundation/json_schema/node.h"
#include "foundation/json_schema/schema.h"

namespace aiva::json {
namespace {

using namespace schema_detail;

constexpr std::size_t choices_max = 1000;
constexpr std::size_t mistakes_max = 20;

// Words that limit values and are not understood: passing over them would let wrong values in.
constexpr std::array<std::string_view, 15> not_understood = {"$ref",
                                                             "$dynamicRef",
                                                             "if",
                                                             "then",
                                                             "else",
                                                             "patternProperties",
                                                             "propertyNames",
                                                             "dependentRequired",
                                                             "dependentSchemas",
                                                             "dependencies",
                                                             "contains",
                                                             "additionalItems",
                                                             "unevaluatedItems",
                                                             "unevaluatedProperties",
                                                             "nullable"};

unsigned type_bit(std::string_view name) {
  if (name == "null") return type_null;
  if (name == "boolean") return type_boolean;
  if (name == "integer") return type_integer;
  if (name == "number") return type_number;
  if (name == "string") return type_string;
  if (name == "array") return type_array;
  if (name == "object") return type_object;
  return 0;
}

class Compiler {
 public:
  explicit Compiler(SchemaLimits limits) : limits_(limits) {}

  Node::Pointer compile(const Value& schema, const std::string& path, std::size_t depth) {
    auto node = std::make_unique<Node>();
    if (++nodes_ == limits_.nodes_max + 1) complain(path, "has too many schemas inside");
    if (depth > limits_.depth_max) complain(path, "is nested too deeply");
    if (depth > limits_.depth_max || nodes_ > limits_.nodes_max) return node;
    if (const auto* flag = schema.if_bool()) {
      node->refuses_all = !*flag;
      return node;
    }
    const auto* object = schema.if_object();
    if (object == nullptr) {
      complain(path, "must be a schema: an object, true or false");
      return node;
    }
    for (auto word : not_understood)
      if (object->contains(word)) complain(path + "." + std::string(word), "is not understood");
    Place place{*object, path, depth};
    read_values(place, *node);
    read_numbers(place, *node);
    read_strings(place, *node);
    read_arrays(place, *node);
    read_objects(place, *node);
    read_combinations(place, *node);
    return node;
  }

  std::vector<FieldError> take_mistakes() { return std::move(mistakes_); }

 private:
  struct Place {
    const Object& object;
    const std::string& path;
    std::size_t depth;

    [[nodiscard]] std::string at(std::string_view word) const {
      return path + "." + std::string(word);
    }
  };

  void complain(std::string path, std::string message) {
    if (mistakes_.size() < mistakes_max) mistakes_.push_back({std::move(path), std::move(message)});
  }

  Node::Pointer child(const Place& place, std::string_view word) {
    const auto* value = place.object.if_contains(word);
    return value == nullptr ? nullptr : compile(*value, place.at(word), place.depth + 1);
  }

  std::vector<Node::Pointer> children(const Place& place, std::string_view word) {
    std::vector<Node::Pointer> nodes;
    const auto* value = place.object.if_contains(word);
    if (value == nullptr) return nodes;
    const auto* array = value->if_array();
    if (array == nullptr || array->empty()) {
      complain(place.at(word), "must be a list of schemas");
      return nodes;
    }
    for (const auto& item : *array)
      nodes.push_back(
          compile(item, place.at(word) + "." + std::to_string(nodes.size()), place.depth + 1));
    return nodes;
  }

  std::optional<double> number(const Place& place, std::string_view word) {
    const auto* value = place.object.if_contains(word);
    if (value == nullptr) return std::nullopt;
    if (value->is_number()) return value->to_number<double>();
    complain(place.at(word), "must be a number");
    return std::nullopt;
  }

  std::optional<std::uint64_t> count(const Place& place, std::string_view word) {
    auto value = number(place, word);
    if (!value) return std::nullopt;
    if (*value >= 0 && *value <= 1e15 && std::floor(*value) == *value)
      return static_cast<std::uint64_t>(*value);
    complain(place.at(word), "must be a whole number from 0 on");
    return std::nullopt;
  }

  Counts counts(const Place& place, std::string_view min, std::string_view max) {
    Counts counts{.min = count(place, min), .max = count(place, max)};
    if (counts.min && counts.max && *counts.min > *counts.max)
      complain(place.at(min), "is more than " + std::string(max));
    return counts;
  }

  void read_values(const Place& place, Node& node) {
    if (const auto* type = place.object.if_contains("type")) read_types(place, *type, node);
    if (const auto* constant = place.object.if_contains("const")) node.constant = *constant;
    const auto* choices = place.object.if_contains("enum");
    if (choices == nullptr) return;
    const auto* array = choices->if_array();
    if (array == nullptr || array->empty() || array->size() > choices_max) {
      complain(place.at("enum"),
               "must be a list of 1 to " + std::to_string(choices_max) + " values");
      return;
    }
    node.choices.assign(array->begin(), array->end());
  }

  void read_types(const Place& place, const Value& type, Node& node) {
    auto add = [&](const Value& name) {
      const auto* text = name.if_string();
      auto bit = text == nullptr ? 0U : type_bit({text->data(), text->size()});
      if (bit == 0) complain(place.at("type"), "must name types of JSON");
      node.types |= bit;
    };
    const auto* array = type.if_array();
    if (array == nullptr) {
      add(type);
      return;
    }
    if (array->empty()) complain(place.at("type"), "must name a type");
    for (const auto& name : *array) add(name);
  }

  void read_numbers(const Place& place, Node& node) {
    node.number = {.min = number(place, "minimum"),
                   .max = number(place, "maximum"),
                   .above = number(place, "exclusiveMinimum"),
                   .below = number(place, "exclusiveMaximum"),
                   .multiple_of = number(place, "multipleOf")};
    const auto& bounds = node.number;
    if (bounds.min && bounds.max && *bounds.min > *bounds.max)
      complain(place.at("minimum"), "is more than maximum");
    if (bounds.multiple_of && !(*bounds.multiple_of > 0))
      complain(place.at("multipleOf"), "must be more than 0");
  }

  void read_strings(const Place& place, Node& node) {
    node.length = counts(place, "minLength", "maxLength");
    if (auto text = word(place, "format")) node.format = parse_format(*text);
    auto text = word(place, "pattern");
    if (!text) return;
    auto pattern = Pattern::compile(*text);
    if (pattern)
      node.pattern = std::move(*pattern);
    else
      complain(place.at("pattern"), pattern.error().message);
  }

  std::optional<std::string_view> word(const Place& place, std::string_view name) {
    const auto* value = place.object.if_contains(name);
    if (value == nullptr) return std::nullopt;
    if (const auto* text = value->if_string()) return std::string_view(text->data(), text->size());
    complain(place.at(name), "must be a string");
    return std::nullopt;
  }

  void read_arrays(const Place& place, Node& node) {
    node.items_count = counts(place, "minItems", "maxItems");
    node.first_items = children(place, "prefixItems");
    node.items = child(place, "items");
    const auto* unique = place.object.if_contains("uniqueItems");
    if (unique == nullptr) return;
    if (const auto* flag = unique->if_bool())
      node.has_unique_items = *flag;
    else
      complain(place.at("uniqueItems"), "must be true or false");
  }

  void read_objects(const Place& place, Node& node) {
    node.properties_count = counts(place, "minProperties", "maxProperties");
    node.other_properties = child(place, "additionalProperties");
    if (const auto* required = place.object.if_contains("required"))
      read_required(place, *required, node);
    const auto* properties = place.object.if_contains("properties");
    if (properties == nullptr) return;
    const auto* object = properties->if_object();
    if (object == nullptr) {
      complain(place.at("properties"), "must be an object of schemas");
      return;
    }
    for (const auto& [name, schema] : *object)
      node.properties.emplace(
          std::string(name),
          compile(schema, place.at("properties") + "." + std::string(name), place.depth + 1));
  }

  void read_required(const Place& place, const Value& required, Node& node) {
    const auto* array = required.if_array();
    bool is_list = array != nullptr &&
                   std::ranges::all_of(*array, [](const Value& name) { return name.is_string(); });
    if (!is_list) {
      complain(place.at("required"), "must be a list of names");
      return;
    }
    for (const auto& name : *array) node.required.emplace_back(std::string_view(name.get_string()));
  }

  void read_combinations(const Place& place, Node& node) {
    node.one_of = children(place, "oneOf");
    node.any_of = children(place, "anyOf");
    node.all_of = children(place, "allOf");
    node.none_of = child(place, "not");
  }

  SchemaLimits limits_;
  std::size_t nodes_ = 0;
  std::vector<FieldError> mistakes_;
};

}  // namespace

Result<Schema> Schema::compile(const Value& schema, std::string_view field, SchemaLimits limits) {
  Compiler compiler(limits);
  std::shared_ptr<const Node> root = compiler.compile(schema, std::string(field), 0);
  auto mistakes = compiler.take_mistakes();
  if (mistakes.empty()) return Schema(std::move(root));
  Error error{.code = ErrorCode::invalid, .message = "The schema is not valid"};
  error.details = std::move(mistakes);
  return fail(std::move(error));
}

Result<Schema> Schema::parse(std::string_view text, std::string_view field, SchemaLimits limits) {
  auto value = json::parse(text, {.bytes_max = limits.bytes_max, .depth_max = 48});
  if (!value) return fail(invalid_field(std::string(field), value.error().message));
  return compile(*value, field, limits);
}

}  // namespace aiva::json
