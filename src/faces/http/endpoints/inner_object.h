#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "foundation/json.h"

namespace aiva::http {

// Reads an object within a body that may have no other members than those it is asked for; what is
// wrong in it goes to `outer`. Value and `outer` are borrowed.
class InnerObject {
 public:
  InnerObject(const json::Value& value, std::string path, json::Fields& outer)
      : fields_(value, std::move(path)), value_(value), outer_(outer) {}

  json::Fields& fields() { return fields_; }
  // Members beside `names` are complained of.
  void finish(std::span<const std::string_view> names, const std::string& complaint) {
    if (value_.is_object())
      for (const auto& member : value_.get_object())
        if (std::ranges::find(names, std::string_view(member.key())) == names.end())
          fields_.add_error(member.key(), complaint);
    auto finished = fields_.finish();
    if (finished) return;
    for (auto& mistake : finished.error().details)
      outer_.add_error(mistake.field, std::move(mistake.message));
  }

 private:
  json::Fields fields_;
  const json::Value& value_;
  json::Fields& outer_;
};

}  // namespace aiva::http
