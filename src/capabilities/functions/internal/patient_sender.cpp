#include "capabilities/functions/internal/patient_sender.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include "foundation/crypto.h"

namespace aiva::functions {
namespace {

using std::chrono::milliseconds;

constexpr std::array busy_statuses = {408, 425, 429, 500, 502, 503, 504};

bool is_worth_another(const Result<HttpResponse>& answer) {
  if (answer) return std::ranges::find(busy_statuses, answer->status) != busy_statuses.end();
  auto code = answer.error().code;
  return code == ErrorCode::unavailable || code == ErrorCode::timeout;
}

// Seconds; dates are passed over like no header.
std::optional<milliseconds> retry_after(const Result<HttpResponse>& answer) {
  if (!answer) return std::nullopt;
  auto text = answer->header("retry-after");
  int seconds = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  bool is_number = !text.empty() && error == std::errc() && end == text.data() + text.size();
  if (!is_number || seconds < 0) return std::nullopt;
  return milliseconds(std::int64_t{seconds} * 1000);
}

// Evenly from 0.5 on, below 1.
double jitter() {
  std::array<std::uint8_t, 2> bytes{};
  random_bytes(bytes);
  return 0.5 + (bytes[0] * 256 + bytes[1]) / 131072.0;
}

}  // namespace

milliseconds PatientSender::pause_before(int attempt) const {
  auto doubled = patience_.backoff_first * (std::int64_t{1} << std::min(attempt - 1, 20));
  auto bounded = std::min(doubled, patience_.backoff_max);
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(bounded.count()) * jitter()));
}

Task<Sent> PatientSender::send(CallContext context, HttpRequest request, int retries) {
  Sent sent{.answer = fail(ErrorCode::internal, "Nothing was sent")};
  for (;;) {
    auto sending = http_.send(context, request);
    sent.answer = co_await std::move(sending);
    ++sent.attempts;
    if (sent.attempts > retries || !is_worth_another(sent.answer) || !context.check())
      co_return sent;
    auto told = retry_after(sent.answer);
    auto time = told ? std::max(*told, patience_.backoff_first) : pause_before(sent.attempts);
    bool is_too_long = time > patience_.retry_after_max ||
                       std::chrono::steady_clock::now() + time >= context.deadline;
    if (is_too_long) co_return sent;
    auto pausing = pause_(context, time);
    auto rested = co_await std::move(pausing);
    if (!rested) co_return sent;
  }
}

}  // namespace aiva::functions
