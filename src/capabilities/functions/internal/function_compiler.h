#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "capabilities/functions/internal/compiled_function.h"

namespace aiva::functions {

// Checks the settings of a function and remembers every mistake.
class FunctionCompiler {
 public:
  // Both are borrowed for as long as this lives.
  FunctionCompiler(Function function, const AddressRules& rules)
      : function_(std::move(function)), rules_(rules) {}

  Result<std::shared_ptr<const CompiledFunction>> compile();

 private:
  void complain(std::string field, std::string message);
  void check_plain_fields();
  void read_parameters();
  void read_url(CompiledFunction& compiled);
  void read_headers(CompiledFunction& compiled);
  void read_body(CompiledFunction& compiled);
  void read_mapping(CompiledFunction& compiled);
  // Remembers secrets, complains about arguments that parameters do not describe.
  void use(const TextTemplate& text, const std::string& field);
  void use_strings(const json::Value& value);

  Function function_;
  const AddressRules& rules_;
  Error error_{.code = ErrorCode::invalid, .message = "The function is not valid"};
  std::optional<json::Schema> schema_;
  std::set<std::string, std::less<>> parameters_;
  std::set<std::string> secrets_;
};

}  // namespace aiva::functions
