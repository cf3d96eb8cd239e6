#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "foundation/json_schema/node.h"
#include "foundation/json_schema/schema.h"
#include "foundation/text/utf8.h"

namespace aiva::json {
namespace {

using namespace schema_detail;

constexpr std::size_t mistakes_max = 20;
constexpr std::int64_t steps_max = 200'000;
constexpr std::int64_t pattern_steps = 500;  // what looking for a pattern counts

bool is_whole(const Value& value) {
  if (!value.is_double()) return value.is_int64() || value.is_uint64();
  return std::isfinite(value.get_double()) && std::floor(value.get_double()) == value.get_double();
}

unsigned types_of(const Value& value) {
  switch (value.kind()) {
    case boost::json::kind::null: return type_null;
    case boost::json::kind::bool_: return type_boolean;
    case boost::json::kind::int64:
    case boost::json::kind::uint64: return type_integer | type_number;
    case boost::json::kind::double_:
      return is_whole(value) ? type_integer | type_number : unsigned{type_number};
    case boost::json::kind::string: return type_string;
    case boost::json::kind::array: return type_array;
    case boost::json::kind::object: return type_object;
  }
  return 0;
}

std::string names_of(unsigned types) {
  std::string names;
  auto add = [&](unsigned bit, std::string_view name) {
    if ((types & bit) != 0) names.append(names.empty() ? "" : " or ").append(name);
  };
  add(type_null, "null");
  add(type_boolean, "true or false");
  add(type_integer, "an integer");
  add(type_number, "a number");
  add(type_string, "a string");
  add(type_array, "an array");
  add(type_object, "an object");
  return names;
}

std::uint64_t characters(std::string_view text) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string text_of(double number) { return fmt::format("{}", number); }

class Checker {
 public:
  [[nodiscard]] std::vector<FieldError> take_mistakes() { return std::move(mistakes_); }
  [[nodiscard]] bool is_exhausted() const { return steps_ > steps_max; }

  // Whether the value fits; complains about what does not.
  bool check(const Node& node, const Value& value, const std::string& path) {
    if (!step()) return false;
    if (node.refuses_all) return complain(path, "is not allowed");
    if (node.types != 0 && (node.types & types_of(value)) == 0)
      return complain(path, "must be " + names_of(node.types));
    bool fits = check_choices(node, value, path);
    if (value.is_number()) fits = check_number(node.number, value, path) && fits;
    if (value.is_string()) fits = check_string(node, value, path) && fits;
    if (const auto* array = value.if_array()) fits = check_array(node, *array, path) && fits;
    if (const auto* object = value.if_object()) fits = check_object(node, *object, path) && fits;
    return check_combinations(node, value, path) && fits;
  }

 private:
  bool step(std::int64_t count = 1) {
    steps_ += count;
    return !is_exhausted();
  }

  bool complain(const std::string& path, std::string message) {
    if (silence_ == 0 && mistakes_.size() < mistakes_max)
      mistakes_.push_back({path, std::move(message)});
    return false;
  }

  static std::string below(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : path + "." + std::string(name);
  }

  bool are_equal(const Value& a, const Value& b) {
    if (!step()) return false;
    if (a.is_number() && b.is_number())
      return a == b ||
             (a.is_double() != b.is_double() && a.to_number<double>() == b.to_number<double>());
    if (a.kind() != b.kind()) return false;
    if (const auto* array = a.if_array()) {
      const auto& other = b.get_array();
      return array->size() == other.size() &&
             std::equal(array->begin(), array->end(), other.begin(),
                        [this](const Value& x, const Value& y) { return are_equal(x, y); });
    }
    if (const auto* object = a.if_object()) {
      const auto& other = b.get_object();
      return object->size() == other.size() &&
             std::ranges::all_of(*object, [&](const auto& member) {
               const auto* found = other.if_contains(member.key());
               return found != nullptr && are_equal(member.value(), *found);
             });
    }
    return a == b;
  }

  bool check_choices(const Node& node, const Value& value, const std::string& path) {
    if (node.constant && !are_equal(value, *node.constant))
      return complain(path, "must be " + short_text(*node.constant));
    if (node.choices.empty()) return true;
    auto is_value = [&](const Value& choice) { return are_equal(value, choice); };
    if (std::ranges::any_of(node.choices, is_value)) return true;
    std::string list;
    for (const auto& choice : node.choices) {
      list.append(list.empty() ? "" : ", ").append(short_text(choice));
      if (list.size() > 200) break;
    }
    return complain(path, "must be one of " + list);
  }

  static std::string short_text(const Value& value) {
    return std::string(utf8_prefix(to_text(value), 60));
  }

  bool check_number(const Bounds& bounds, const Value& value, const std::string& path) {
    auto number = value.to_number<double>();
    if (bounds.min && number < *bounds.min)
      return complain(path, "must be at least " + text_of(*bounds.min));
    if (bounds.max && number > *bounds.max)
      return complain(path, "must be at most " + text_of(*bounds.max));
    if (bounds.above && number <= *bounds.above)
      return complain(path, "must be more than " + text_of(*bounds.above));
    if (bounds.below && number >= *bounds.below)
      return complain(path, "must be less than " + text_of(*bounds.below));
    if (!bounds.multiple_of) return true;
    // 0.3 is a multiple of 0.1 although neither is exact in binary.
    auto quotient = number / *bounds.multiple_of;
    auto difference = std::abs(quotient - std::round(quotient));
    if (difference <= 1e-9 * std::max(1.0, std::abs(quotient))) return true;
    return complain(path, "must be a multiple of " + text_of(*bounds.multiple_of));
  }

  bool check_count(const Counts& counts, std::uint64_t count, std::string_view things,
                   const std::string& path) {
    auto say = [&](std::string_view how, std::uint64_t limit) {
      return complain(path, "must have " + std::string(how) + " " + std::to_string(limit) + " " +
                                std::string(things));
    };
    if (counts.min && count < *counts.min) return say("at least", *counts.min);
    if (counts.max && count > *counts.max) return say("at most", *counts.max);
    return true;
  }

  bool check_string(const Node& node, const Value& value, const std::string& path) {
    const auto& string = value.get_string();
    std::string_view text(string.data(), string.size());
    if (!check_count(node.length, characters(text), "characters", path)) return false;
    if (!has_format(text, node.format)) return complain(path, "does not have the right format");
    if (!node.pattern) return true;
    if (!step(pattern_steps)) return false;
    auto occurs = node.pattern->occurs_in(text);
    if (!occurs) return complain(path, "takes too long to check");
    return *occurs || complain(path, "does not have the right form");
  }

  bool check_array(const Node& node, const Array& array, const std::string& path) {
    bool fits = check_count(node.items_count, array.size(), "elements", path);
    for (std::size_t i = 0; i < array.size() && !is_exhausted(); ++i) {
      const auto* item = i < node.first_items.size() ? node.first_items[i].get() : node.items.get();
      if (item != nullptr) fits = check(*item, array[i], below(path, std::to_string(i))) && fits;
    }
    if (!node.has_unique_items) return fits;
    for (std::size_t i = 0; i < array.size() && !is_exhausted(); ++i)
      for (std::size_t j = 0; j < i && !is_exhausted(); ++j)
        if (are_equal(array[i], array[j])) return complain(path, "must not have an element twice");
    return fits;
  }

  bool check_object(const Node& node, const Object& object, const std::string& path) {
    bool fits = check_count(node.properties_count, object.size(), "members", path);
    for (const auto& name : node.required)
      if (!object.contains(name)) fits = complain(below(path, name), "is required");
    for (const auto& member : object) {
      if (is_exhausted()) return false;
      std::string_view name(member.key().data(), member.key().size());
      auto known = node.properties.find(name);
      const auto* schema =
          known != node.properties.end() ? known->second.get() : node.other_properties.get();
      if (schema == nullptr) continue;
      if (known == node.properties.end() && schema->refuses_all)
        fits = complain(below(path, name), "is not known");
      else
        fits = check(*schema, member.value(), below(path, name)) && fits;
    }
    return fits;
  }

  // How many of the schemas a value fits; nothing is said about those it does not.
  std::size_t count_fitting(const std::vector<Node::Pointer>& nodes, const Value& value) {
    ++silence_;
    std::size_t count = 0;
    for (const auto& node : nodes) count += check(*node, value, {}) ? 1 : 0;
    --silence_;
    return count;
  }

  bool check_combinations(const Node& node, const Value& value, const std::string& path) {
    bool fits = true;
    for (const auto& part : node.all_of) fits = check(*part, value, path) && fits;
    if (!node.any_of.empty() && count_fitting(node.any_of, value) == 0)
      fits = complain(path, "fits none of the forms it may have");
    if (!node.one_of.empty()) {
      auto count = count_fitting(node.one_of, value);
      if (count == 0) fits = complain(path, "fits none of the forms it may have");
      if (count > 1) fits = complain(path, "fits more than one of the forms it may have");
    }
    if (node.none_of == nullptr) return fits;
    ++silence_;
    bool is_refused = check(*node.none_of, value, {});
    --silence_;
    return is_refused ? complain(path, "has a form it must not have") : fits;
  }

  std::int64_t steps_ = 0;
  int silence_ = 0;
  std::vector<FieldError> mistakes_;
};

}  // namespace

std::vector<FieldError> Schema::check(const Value& value) const {
  Checker checker;
  checker.check(*root_, value, {});
  if (checker.is_exhausted()) return {{"", "takes too long to check"}};
  return checker.take_mistakes();
}

}  // namespace aiva::json
