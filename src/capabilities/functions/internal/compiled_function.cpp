#include "capabilities/functions/internal/compiled_function.h"

#include <algorithm>
#include <optional>

namespace aiva::functions {
namespace {

constexpr std::size_t arguments_bytes_max = 64 * 1024;
constexpr std::size_t arguments_depth_max = 32;
constexpr std::size_t body_bytes_max = 256 * 1024;
constexpr std::size_t mistakes_said_max = 5;

using Part = TextTemplate::Part;
using Kind = TextTemplate::Kind;

std::unexpected<Error> refuse(std::string message) {
  return fail(ErrorCode::invalid, std::move(message));
}

// What stands for an argument in a text: strings as they are, else JSON; nothing for none.
std::string text_of(const json::Object& arguments, std::string_view name) {
  const auto* value = arguments.if_contains(name);
  if (value == nullptr || value->is_null()) return {};
  if (const auto* text = value->if_string()) return {text->data(), text->size()};
  return json::to_text(*value);
}

Result<std::string> value_of(const Part& part, const json::Object& arguments,
                             const SecretValues& secrets) {
  if (part.kind == Kind::argument) return text_of(arguments, part.text);
  auto found = secrets.find(part.text);
  if (found == secrets.end())
    return refuse("The secret " + part.text + " of this function is missing");
  return found->second;
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

// Servers resolve such segments, which would lead an argument out of its place.
bool has_dot_segments(std::string_view url) {
  auto path = url.substr(0, url.find('?'));
  auto begin = path.find('/', path.find("://") + 3);
  while (begin != std::string_view::npos) {
    auto end = path.find('/', begin + 1);
    auto segment = path.substr(begin + 1, end == std::string_view::npos ? end : end - begin - 1);
    if (segment == "." || segment == "..") return true;
    begin = end;
  }
  return false;
}

// Puts arguments and secrets into the strings of a JSON document. A string that is one argument
// becomes its value; a member or an element whose argument is absent is left out.
class BodyFiller {
 public:
  BodyFiller(const json::Object& arguments, const SecretValues& secrets)
      : arguments_(arguments), secrets_(secrets) {}

  // Nothing where an argument is absent.
  Result<std::optional<json::Value>> fill(const json::Value& value) const {
    if (const auto* string = value.if_string()) return fill_text({string->data(), string->size()});
    if (const auto* array = value.if_array()) {
      json::Array filled;
      for (const auto& item : *array) {
        TRY(auto element, fill(item));
        if (element) filled.push_back(std::move(*element));
      }
      return std::optional<json::Value>(std::move(filled));
    }
    if (const auto* object = value.if_object()) {
      json::Object filled;
      for (const auto& member : *object) {
        TRY(auto content, fill(member.value()));
        if (content) filled.emplace(member.key(), std::move(*content));
      }
      return std::optional<json::Value>(std::move(filled));
    }
    return std::optional<json::Value>(value);
  }

 private:
  Result<std::optional<json::Value>> fill_text(std::string_view text) const {
    TRY(auto form, TextTemplate::parse(text));
    if (const auto* name = form.whole_argument()) {
      const auto* value = arguments_.if_contains(*name);
      return value == nullptr ? std::optional<json::Value>() : std::optional(*value);
    }
    TRY(auto filled,
        form.expand([this](const Part& part) { return value_of(part, arguments_, secrets_); }));
    return std::optional<json::Value>(json::Value(filled));
  }

  const json::Object& arguments_;
  const SecretValues& secrets_;
};

}  // namespace

bool CompiledFunction::may_repeat() const {
  const auto& method = settings().api_method;
  return settings().sends_idempotency_key || method == "GET" || method == "PUT" ||
         method == "DELETE";
}

Result<json::Object> CompiledFunction::read_arguments(std::string_view text) const {
  // Models write nothing where there is nothing to say.
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) text = "{}";
  auto value =
      json::parse(text, {.bytes_max = arguments_bytes_max, .depth_max = arguments_depth_max});
  if (!value) return refuse("The arguments cannot be read: " + value.error().message);
  auto mistakes = schema_.check(*value);
  if (mistakes.empty()) return std::move(value->as_object());
  std::string sentence = "The arguments are not right:";
  for (std::size_t i = 0; i < std::min(mistakes.size(), mistakes_said_max); ++i)
    sentence.append(i == 0 ? " " : "; ")
        .append(mistakes[i].field)
        .append(mistakes[i].field.empty() ? "they " : " ")
        .append(mistakes[i].message);
  return refuse(std::move(sentence));
}

Result<std::string> CompiledFunction::make_url(const json::Object& arguments,
                                               const SecretValues& secrets) const {
  TRY(auto url, url_.expand([&](const Part& part) -> Result<std::string> {
    TRY(auto text, value_of(part, arguments, secrets));
    return percent_encode(text);
  }));
  if (has_dot_segments(url)) return refuse("An argument would lead to another address");
  return url;
}

Result<std::string> CompiledFunction::make_body(const json::Object& arguments,
                                                const SecretValues& secrets) const {
  const auto& method = settings().api_method;
  if (settings().api_body.empty())
    return method == "GET" || method == "DELETE" ? std::string() : json::to_text(arguments);
  TRY(auto body, BodyFiller(arguments, secrets).fill(body_));
  auto text = body ? json::to_text(*body) : std::string("null");
  if (text.size() > body_bytes_max) return refuse("The arguments are too large");
  return text;
}

Result<HttpRequest> CompiledFunction::make_request(const json::Object& arguments,
                                                   const SecretValues& secrets,
                                                   std::string_view idempotency_key) const {
  TRY(auto url, make_url(arguments, secrets));
  HttpRequest request{.method = settings().api_method,
                      .url = std::move(url),
                      .timeout = std::chrono::milliseconds(settings().timeout_ms),
                      .may_reach_private_addresses = may_be_private_,
                      .tells_trace = true};
  for (const auto& [name, form] : headers_) {
    const auto* whole = form.whole_argument();
    if (whole != nullptr && !arguments.contains(*whole)) continue;
    TRY(auto value,
        form.expand([&](const Part& part) { return value_of(part, arguments, secrets); }));
    if (has_control_characters(value))
      return refuse("An argument for the header " + name + " has a line break");
    request.headers.push_back({name, std::move(value)});
  }
  TRY(request.body, make_body(arguments, secrets));
  if (!request.body.empty() && !has_content_type_)
    request.headers.push_back({"Content-Type", "application/json"});
  if (settings().sends_idempotency_key)
    request.headers.push_back({"Idempotency-Key", std::string(idempotency_key)});
  return request;
}

}  // namespace aiva::functions
