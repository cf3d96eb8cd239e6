#include "adapters/deepgram/internal/request.h"

#include <utility>

#include "ports/model_server/failure.h"

namespace aiva::deepgram {
namespace {

constexpr int payment_required = 402;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string escape(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string escaped;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (is_plain(c))
      escaped += c;
    else
      escaped.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
  return escaped;
}

HttpRequest make_request(const DeepgramOptions& options, std::string_view path_and_query,
                         std::string content_type, std::string body) {
  auto url = options.base_url;
  while (url.ends_with('/')) url.pop_back();
  url += path_and_query;
  return {.method = "POST",
          .url = std::move(url),
          .headers = {{"Authorization", "Token " + options.api_key},
                      {"Content-Type", std::move(content_type)}},
          .body = std::move(body),
          .timeout = options.timeout,
          .may_reach_private_addresses = options.may_reach_private_addresses};
}

Error describe_answer(const HttpResponse& answer, const DeepgramOptions& options) {
  auto failure = model_server::describe_answer(answer, options.api_key);
  if (answer.status == 400)
    return {.code = ErrorCode::invalid,
            .message = "The speech provider refuses the request",
            .cause = std::move(failure.error.cause)};
  if (answer.status == payment_required)
    return {.code = ErrorCode::unavailable,
            .message = "The speech provider's credits are used up",
            .cause = std::move(failure.error.cause)};
  return std::move(failure.error);
}

}  // namespace aiva::deepgram
