#pragma once

#include <string>
#include <string_view>

#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva::functions {

// What of an API's JSON answer the model sees: a JSON pointer (RFC 6901) like "/data/items", or
// any JSON in which strings that begin with `/` are pointers and everything else stands for itself.
class ResponseMapping {
 public:
  // Reads the JSON text; empty: all of the answer. Fails with `invalid` and a sentence.
  static Result<ResponseMapping> parse(std::string_view text);

  // What a pointer does not find is null.
  [[nodiscard]] json::Value apply(const json::Value& answer) const;
  [[nodiscard]] bool is_everything() const { return !has_shape_; }

 private:
  bool has_shape_ = false;
  json::Value shape_{};
};

}  // namespace aiva::functions
