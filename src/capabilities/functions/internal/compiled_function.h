#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capabilities/functions/internal/address_rules.h"
#include "capabilities/functions/response_mapping.h"
#include "capabilities/functions/text_template.h"
#include "capabilities/functions/types.h"
#include "foundation/json.h"
#include "foundation/json_schema/schema.h"
#include "foundation/result.h"
#include "ports/http_client.h"

namespace aiva::functions {

using SecretValues = std::map<std::string, std::string, std::less<>>;  // by name

// A function whose settings are right, ready to be called. Immutable; any thread.
class CompiledFunction {
 public:
  // Fails with `invalid` and a detail for each wrong field.
  static Result<std::shared_ptr<const CompiledFunction>> compile(Function function,
                                                                 const AddressRules& rules);

  [[nodiscard]] const FunctionSettings& settings() const { return function_.settings; }
  [[nodiscard]] FunctionId id() const { return function_.id; }
  [[nodiscard]] const ResponseMapping& mapping() const { return mapping_; }
  // The names of the secrets a call needs.
  [[nodiscard]] const std::set<std::string>& secrets() const { return secrets_; }
  // Whether a call whose outcome is not known may be made again.
  [[nodiscard]] bool may_repeat() const;

  // The arguments a model wrote, checked against the schema. Fails with `invalid` and a sentence
  // for the model.
  [[nodiscard]] Result<json::Object> read_arguments(std::string_view text) const;
  // Fails with `invalid` and a sentence for the model when an argument cannot be put in its place.
  [[nodiscard]] Result<HttpRequest> make_request(const json::Object& arguments,
                                                 const SecretValues& secrets,
                                                 std::string_view idempotency_key) const;

 private:
  friend class FunctionCompiler;
  explicit CompiledFunction(Function function, json::Schema schema)
      : function_(std::move(function)), schema_(std::move(schema)) {}

  [[nodiscard]] Result<std::string> make_url(const json::Object& arguments,
                                             const SecretValues& secrets) const;
  [[nodiscard]] Result<std::string> make_body(const json::Object& arguments,
                                              const SecretValues& secrets) const;

  Function function_;
  json::Schema schema_;
  TextTemplate url_;
  std::vector<std::pair<std::string, TextTemplate>> headers_;
  json::Value body_;  // null: none, or the arguments
  bool has_content_type_ = false;
  ResponseMapping mapping_;
  std::set<std::string> secrets_;
  bool may_be_private_ = false;
};

// Whether a name is one models accept: [a-zA-Z0-9_-]{1,64}.
bool is_tool_name(std::string_view name);

}  // namespace aiva::functions
