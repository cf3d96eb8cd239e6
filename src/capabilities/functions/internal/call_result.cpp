#include "capabilities/functions/internal/call_result.h"

#include <algorithm>

#include "foundation/text/utf8.h"

namespace aiva::functions {
namespace {

constexpr std::size_t error_body_bytes_max = 2048;
// Shorter ones occur in texts that have nothing to do with them.
constexpr std::size_t secret_bytes_min = 4;
constexpr std::string_view cut_mark = "… (cut)";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string media_type_of(const HttpResponse& answer) {
  auto value = answer.header("content-type");
  std::string type(value.substr(0, value.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  std::ranges::transform(type, type.begin(), lower);
  return type;
}

bool is_json(std::string_view type) {
  return type == "application/json" || type.ends_with("+json");
}

bool is_text(std::string_view type) {
  return type.empty() || type.starts_with("text/") || type == "application/xml" ||
         type.ends_with("+xml") || type == "application/x-www-form-urlencoded" ||
         type == "application/x-ndjson";
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  if (what.size() < secret_bytes_min) return;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

CallResult refuse(std::string sentence) { return {.text = std::move(sentence), .is_error = true}; }

CallResult describe_status(const HttpResponse& answer, const SecretValues& secrets) {
  bool is_redirect = answer.status >= 300 && answer.status < 400;
  auto sentence = "The service answered with status " + std::to_string(answer.status);
  // Where it leads may be inside of the own network, and is none of the model's business.
  if (is_redirect) return refuse(sentence + ", which leads elsewhere; that is not followed");
  auto type = media_type_of(answer);
  if (answer.body.empty() || (!is_json(type) && !is_text(type))) return refuse(sentence);
  auto body = without_secrets(repair_utf8(answer.body), secrets);
  return refuse(sentence + ": " + cut(std::move(body), error_body_bytes_max));
}

}  // namespace

std::string without_secrets(std::string text, const SecretValues& secrets) {
  for (const auto& [name, value] : secrets) {
    replace_all(text, value, "[secret]");
    auto quoted = json::to_text(json::Value(value));
    replace_all(text, std::string_view(quoted).substr(1, quoted.size() - 2), "[secret]");
    replace_all(text, percent_encode(value), "[secret]");
  }
  return text;
}

std::string cut(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::string kept(utf8_prefix(text, bytes_max - std::min(bytes_max, cut_mark.size())));
  return kept.append(cut_mark);
}

CallResult describe_answer(const HttpResponse& answer, const CompiledFunction& function,
                           const SecretValues& secrets) {
  if (answer.status < 200 || answer.status >= 300) return describe_status(answer, secrets);
  auto bytes_max = static_cast<std::size_t>(function.settings().response_bytes_max);
  auto shorten = [&](std::string text) {
    return CallResult{.text = cut(without_secrets(std::move(text), secrets), bytes_max)};
  };
  auto type = media_type_of(answer);
  bool must_be_json = is_json(type) || !function.mapping().is_everything();
  if (!must_be_json && !is_text(type))
    return refuse("The service answered with " + std::to_string(answer.body.size()) +
                  " bytes that are no text");
  if (answer.body.empty() && function.mapping().is_everything())
    return {.text = R"({"status":"ok"})"};
  if (!must_be_json) return shorten(repair_utf8(answer.body));
  auto value = json::parse(answer.body, {.bytes_max = answer_bytes_max});
  if (!value) return refuse("The service answered with something that is no JSON");
  return shorten(json::to_text(function.mapping().apply(*value)));
}

CallResult describe_failure(const Error& error) {
  switch (error.code) {
    case ErrorCode::timeout: return refuse("The service did not answer in time");
    case ErrorCode::too_large: return refuse("The service's answer is too large");
    case ErrorCode::forbidden: return refuse("The service's address may not be reached");
    case ErrorCode::invalid:
    case ErrorCode::unauthenticated:
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::quota_exceeded:
    case ErrorCode::rate_limited:
    case ErrorCode::unavailable:
    case ErrorCode::cancelled:
    case ErrorCode::internal: return refuse("The service could not be reached");
  }
  return refuse("The service could not be reached");
}

}  // namespace aiva::functions
