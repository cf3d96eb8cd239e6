#include "faces/load/internal/caller.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>
#include <utility>

namespace aiva::load {
namespace {

using std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds(60);
constexpr auto tick = std::chrono::milliseconds(50);
constexpr std::size_t quoted_bytes_max = 300;

ErrorCode code_of(int status) {
  switch (status) {
    case 401: return ErrorCode::unauthenticated;
    case 403: return ErrorCode::forbidden;
    case 404: return ErrorCode::not_found;
    case 429: return ErrorCode::rate_limited;
    case 402: return ErrorCode::quota_exceeded;
    case 400:
    case 413:
    case 422: return ErrorCode::invalid;
    default: return ErrorCode::unavailable;
  }
}

// What the service says of its failure.
std::string reason_in(const Answer& answer) {
  if (auto body = json::parse(answer.body)) {
    boost::json::error_code error;
    const auto* message = body->find_pointer("/error/message", error);
    if (message != nullptr && message->is_string()) return std::string(message->get_string());
  }
  return answer.body.substr(0, quoted_bytes_max);
}

}  // namespace

Caller::Caller(const Endpoints& endpoints, RequestWriter writer)
    : wire_(loop_, endpoints), writer_(std::move(writer)) {}

Answer Caller::exchange(const std::string& request) {
  std::optional<Answer> answer;
  asio::co_spawn(loop_, wire_.exchange(request, steady_clock::now() + patience),
                 [&answer](const std::exception_ptr& exception, Answer got) {
                   if (exception) std::rethrow_exception(exception);
                   answer = std::move(got);
                 });
  loop_.restart();
  while (!answer) {
    loop_.run_for(tick);
    wire_.expire(steady_clock::now());
  }
  return std::move(*answer);
}

Result<json::Value> Caller::call(std::string_view method, std::string_view path, const Body& body) {
  auto answer = exchange(writer_.write(method, path, body));
  if (answer.outcome != Outcome::ok && answer.status == 0)
    return fail(ErrorCode::unavailable,
                fmt::format("{} {}: the service is {}", method, path, name_of(answer.outcome)));
  if (answer.outcome != Outcome::ok)
    return fail(code_of(answer.status), fmt::format("{} {} was answered with {}: {}", method, path,
                                                    answer.status, reason_in(answer)));
  if (answer.body.empty()) return json::Value(nullptr);
  auto parsed = json::parse(answer.body);
  if (!parsed || !parsed->is_object())
    return fail(ErrorCode::unavailable, fmt::format("{} {}: the answer is no JSON", method, path));
  const auto* data = parsed->get_object().if_contains("data");
  return data == nullptr ? json::Value(nullptr) : *data;
}

Result<std::string> text_of(const json::Value& value, std::string_view name) {
  const auto* object = value.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains({name.data(), name.size()});
  if (found == nullptr || !found->is_string())
    return fail(ErrorCode::unavailable, fmt::format("The service's answer has no {}", name));
  return std::string(found->get_string());
}

}  // namespace aiva::load
