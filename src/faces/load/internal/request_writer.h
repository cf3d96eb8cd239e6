#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "faces/load/plan.h"

namespace aiva::load {

struct Body {
  std::string bytes{};
  std::string type = "application/json";
};

// Writes the requests of one caller to one service.
class RequestWriter {
 public:
  RequestWriter(const Target& target, std::string_view key);
  [[nodiscard]] std::string write(std::string_view method, std::string_view path,
                                  const Body& body = {}) const;

 private:
  std::string prefix_;
  std::string head_;
};

using TextFields = std::span<const std::pair<std::string_view, std::string_view>>;

// A form with the fields and a file under the name `file`. Neither may hold its boundary.
Body make_form(TextFields fields, std::string_view file_name, std::string_view file);

}  // namespace aiva::load
