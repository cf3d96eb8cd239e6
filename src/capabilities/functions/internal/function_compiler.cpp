#include "capabilities/functions/internal/function_compiler.h"

#include <algorithm>
#include <array>
#include <utility>

#include "foundation/text/utf8.h"

namespace aiva::functions {
namespace {

constexpr std::size_t description_bytes_max = 4096;
constexpr std::size_t url_bytes_max = 4096;
constexpr std::size_t headers_max = 32;
constexpr std::size_t header_bytes_max = 4096;
constexpr std::size_t body_bytes_max = 64 * 1024;
constexpr std::size_t body_depth_max = 32;
constexpr std::array<std::string_view, 5> methods = {"GET", "POST", "PUT", "PATCH", "DELETE"};

// Headers that are ours to write, or that would change whom the connection belongs to.
constexpr std::array<std::string_view, 9> own_headers = {
    "host", "content-length",   "transfer-encoding", "connection", "expect", "upgrade",
    "te",   "proxy-connection", "idempotency-key"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [marks](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || marks.contains(c);
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

bool is_url_text(std::string_view text) {
  constexpr std::string_view never = "<>\"\\^`|#";
  return std::ranges::all_of(
      text, [never](char c) { return c > 0x20 && c < 0x7f && !never.contains(c); });
}

}  // namespace

bool is_tool_name(std::string_view name) { return is_template_name(name); }

Result<std::shared_ptr<const CompiledFunction>> CompiledFunction::compile(
    Function function, const AddressRules& rules) {
  return FunctionCompiler(std::move(function), rules).compile();
}

Result<std::shared_ptr<const CompiledFunction>> FunctionCompiler::compile() {
  check_plain_fields();
  read_parameters();
  if (!schema_) return fail(std::move(error_));
  std::shared_ptr<CompiledFunction> compiled(
      new CompiledFunction(std::move(function_), std::move(*schema_)));
  read_url(*compiled);
  read_headers(*compiled);
  read_body(*compiled);
  read_mapping(*compiled);
  if (!error_.details.empty()) return fail(std::move(error_));
  compiled->secrets_ = std::move(secrets_);
  return compiled;
}

void FunctionCompiler::complain(std::string field, std::string message) {
  error_.details.push_back({std::move(field), std::move(message)});
}

void FunctionCompiler::check_plain_fields() {
  const auto& settings = function_.settings;
  if (!is_tool_name(settings.name))
    complain("name", "must be 1 to 64 letters, digits, underscores and hyphens");
  if (settings.description.size() > description_bytes_max)
    complain("description", "must have at most 4096 bytes");
  if (std::ranges::find(methods, settings.api_method) == methods.end())
    complain("api_method", "must be GET, POST, PUT, PATCH or DELETE");
  auto within = [this](const char* field, int value, int min, int max) {
    if (value < min || value > max)
      complain(field, "must be between " + std::to_string(min) + " and " + std::to_string(max));
  };
  within("timeout_ms", settings.timeout_ms, 1000, 120'000);
  within("retries", settings.retries, 0, 5);
  within("response_bytes_max", settings.response_bytes_max, 256, 256 * 1024);
}

void FunctionCompiler::read_parameters() {
  const auto& text = function_.settings.parameters;
  auto schema = json::Schema::parse(text, "parameters");
  if (!schema) {
    for (auto& detail : schema.error().details) error_.details.push_back(std::move(detail));
    return;
  }
  auto value = json::parse(text);
  const auto* object = value ? value->if_object() : nullptr;
  const auto* type = object == nullptr ? nullptr : object->if_contains("type");
  if (type == nullptr || *type != "object") {
    complain("parameters", "must be the schema of an object: its type must be \"object\"");
    return;
  }
  if (const auto* properties = object->if_contains("properties"))
    for (const auto& member : properties->get_object()) {
      std::string name(member.key());
      if (!is_template_name(name))
        complain("parameters.properties." + name,
                 "must be a name of letters, digits, underscores and hyphens");
      parameters_.insert(std::move(name));
    }
  schema_ = std::move(*schema);
}

void FunctionCompiler::use(const TextTemplate& text, const std::string& field) {
  for (const auto& part : text.parts) {
    if (part.kind == TextTemplate::Kind::secret) secrets_.insert(part.text);
    bool is_unknown = part.kind == TextTemplate::Kind::argument && !parameters_.contains(part.text);
    if (is_unknown) complain(field, "has {" + part.text + "}, which is no property of parameters");
  }
}

void FunctionCompiler::read_url(CompiledFunction& compiled) {
  const auto& text = compiled.settings().api_endpoint;
  if (text.size() > url_bytes_max) return complain("api_endpoint", "must have at most 4096 bytes");
  auto destination = read_destination(text);
  if (!destination) return complain("api_endpoint", destination.error().message);
  auto url = TextTemplate::parse(text);
  if (!url) return complain("api_endpoint", url.error().message);
  for (const auto& part : url->parts)
    if (part.kind == TextTemplate::Kind::literal && !is_url_text(part.text))
      return complain("api_endpoint", "has characters that must be percent-encoded");
  use(*url, "api_endpoint");
  compiled.may_be_private_ = rules_.may_be_private(destination->authority);
  compiled.url_ = std::move(*url);
}

void FunctionCompiler::read_headers(CompiledFunction& compiled) {
  const auto& headers = compiled.settings().api_headers;
  if (headers.size() > headers_max) return complain("api_headers", "must have at most 32 members");
  std::set<std::string> names;
  for (const auto& [name, value] : headers) {
    auto field = "api_headers." + std::string(utf8_prefix(name, 64));
    auto lower_name = lowered(name);
    if (!is_token(name) || name.size() > 128) {
      complain(field, "is no name of a header");
      continue;
    }
    if (std::ranges::find(own_headers, lower_name) != own_headers.end())
      complain(field, "is not yours to set");
    if (!names.insert(lower_name).second) complain(field, "is there twice");
    if (value.size() > header_bytes_max || !is_field_value(value))
      complain(field, "must have at most 4096 bytes, none of them a control character");
    auto text = TextTemplate::parse(value);
    if (!text) {
      complain(field, text.error().message);
      continue;
    }
    use(*text, field);
    if (lower_name == "content-type") compiled.has_content_type_ = true;
    compiled.headers_.emplace_back(name, std::move(*text));
  }
}

void FunctionCompiler::use_strings(const json::Value& value) {
  if (const auto* string = value.if_string()) {
    auto text = TextTemplate::parse({string->data(), string->size()});
    if (text)
      use(*text, "api_body");
    else
      complain("api_body", "has a string that " + text.error().message);
  }
  if (const auto* array = value.if_array())
    for (const auto& item : *array) use_strings(item);
  if (const auto* object = value.if_object())
    for (const auto& member : *object) use_strings(member.value());
}

void FunctionCompiler::read_body(CompiledFunction& compiled) {
  const auto& settings = compiled.settings();
  if (settings.api_body.empty()) return;
  if (settings.api_method == "GET") return complain("api_body", "is not sent with GET");
  auto body =
      json::parse(settings.api_body, {.bytes_max = body_bytes_max, .depth_max = body_depth_max});
  if (!body) return complain("api_body", body.error().message);
  use_strings(*body);
  compiled.body_ = std::move(*body);
}

void FunctionCompiler::read_mapping(CompiledFunction& compiled) {
  auto mapping = ResponseMapping::parse(compiled.settings().response_mapping);
  if (!mapping) return complain("response_mapping", mapping.error().message);
  compiled.mapping_ = std::move(*mapping);
  auto destination = read_destination(compiled.settings().api_endpoint);
  bool is_open = destination && !destination->is_tls && !compiled.may_be_private_;
  if (is_open && !secrets_.empty())
    complain("api_endpoint", "must be https, for it is called with secrets");
}

}  // namespace aiva::functions
