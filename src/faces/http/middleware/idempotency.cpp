#include "faces/http/middleware/idempotency.h"

#include <algorithm>
#include <string>
#include <utility>

#include "faces/http/header_text.h"
#include "foundation/crypto.h"
#include "foundation/log.h"

namespace aiva::http {
namespace {

using idempotency::Ending;
using idempotency::Idempotency;
using idempotency::KeptAnswer;

constexpr std::string_view header_name = "Idempotency-Key";
constexpr std::size_t key_bytes_max = 255;
// Streams have no deadline here; the longest answer of a model takes five minutes.
constexpr std::chrono::minutes stream_lease{6};
constexpr std::chrono::seconds lease_reserve{30};

bool is_write(Method method) {
  return method == Method::post || method == Method::put || method == Method::patch ||
         method == Method::del;
}

bool is_key(std::string_view text) {
  return text.size() <= key_bytes_max &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
}

// Parts with their lengths, so that no two requests have one digest.
class RequestDigest {
 public:
  void add(std::string_view part) {
    digest_.update(std::to_string(part.size()));
    digest_.update(" ");
    digest_.update(part);
  }
  std::string finish() { return to_hex(digest_.finish()); }

 private:
  Sha256 digest_;
};

std::string hash_of(const Request& request) {
  RequestDigest digest;
  for (const auto& [name, value] : request.query) {
    digest.add(name);
    digest.add(value);
  }
  digest.add(request.body);
  if (!request.form) return digest.finish();
  for (const auto& [name, value] : request.form->fields) {
    digest.add(name);
    digest.add(value);
  }
  for (const auto& file : request.form->files)
    for (std::string_view part : {std::string_view(file.field), std::string_view(file.filename),
                                  std::string_view(file.media_type), std::string_view(file.sha256)})
      digest.add(part);
  return digest.finish();
}

std::string caller_of(const identity::Principal& principal) {
  return principal.api_key ? "key " + principal.api_key->to_string()
                           : "user " + principal.user.to_string();
}

idempotency::KeyUse use_of(const Exchange& exchange, std::string_view key) {
  const auto& principal = exchange.request.principal();
  auto lease = exchange.context.deadline - std::chrono::steady_clock::now() + lease_reserve;
  bool is_endless = exchange.context.deadline == SteadyTime::max();
  return {.tenant = principal.tenant,
          .caller = caller_of(principal),
          .method = std::string(to_string(exchange.request.method)),
          .path = exchange.request.path,
          .key = std::string(key),
          .request_hash = hash_of(exchange.request),
          .lease = is_endless ? std::chrono::milliseconds(stream_lease)
                              : std::chrono::duration_cast<std::chrono::milliseconds>(lease)};
}

Response repeat(KeptAnswer answer) {
  Response response{.status = answer.status,
                    .body = std::move(answer.body),
                    .content_type = std::move(answer.content_type)};
  for (auto& [name, value] : answer.headers)
    response.headers.push_back({std::move(name), std::move(value)});
  response.headers.push_back({"Idempotency-Replayed", "true"});
  return response;
}

bool may_be_kept(const Response& response) {
  return !response.file && std::ranges::none_of(response.headers, [](const Header& header) {
    return equals_ignoring_case(header.name, "cache-control") &&
           list_contains(header.value, "no-store");
  });
}

// All but the body.
KeptAnswer head_of(const Response& response) {
  KeptAnswer answer{.status = response.status, .content_type = response.content_type};
  for (const auto& header : response.headers)
    answer.headers.emplace_back(header.name, header.value);
  return answer;
}

Task<void> end_claim(Idempotency& keys, idempotency::Claim claim, Ending ending,
                     KeptAnswer answer) {
  auto ended = co_await keys.end(std::move(claim), ending, std::move(answer));
  if (!ended) log::failure("the end of an idempotent request was not kept", {}, ended.error());
}

// Sends a body on and remembers it, as far as it may be kept.
class RecordedBody final : public BodyWriter {
 public:
  RecordedBody(BodyWriter& body, std::size_t bytes_max) : body_(body), bytes_max_(bytes_max) {}

  Task<Result<void>> write(std::string piece) override {
    is_started_ = true;
    is_too_large_ |= text_.size() + piece.size() > bytes_max_;
    if (!is_too_large_) text_ += piece;
    return body_.write(std::move(piece));
  }
  [[nodiscard]] bool is_started() const override { return body_.is_started(); }
  void mark_failed() override { has_failed_ = true; }

  // How a body ended that was produced to its end, or not.
  [[nodiscard]] Ending ending(bool is_whole) const {
    if (has_failed_ || (!is_whole && !is_started_)) return Ending::undone;
    return is_whole && !is_too_large_ ? Ending::kept : Ending::unkept;
  }
  std::string take() { return std::move(text_); }

 private:
  BodyWriter& body_;
  std::size_t bytes_max_;
  std::string text_;
  bool is_started_ = false;
  bool is_too_large_ = false;
  bool has_failed_ = false;
};

// Runs a producer, then says what became of the request.
Task<Result<void>> produce_recorded(Idempotency& keys, idempotency::Claim claim, KeptAnswer answer,
                                    BodyProducer producer, CallContext context, BodyWriter& body) {
  RecordedBody recorded(body, keys.body_bytes_max());
  Result<void> outcome;
  try {
    auto task = producer(std::move(context), recorded);
    outcome = co_await std::move(task);
  } catch (const std::exception& exception) {
    outcome = fail(internal_error(exception.what()));
  }
  auto ending = recorded.ending(outcome.has_value());
  answer.body = recorded.take();
  co_await end_claim(keys, std::move(claim), ending, std::move(answer));
  co_return outcome;
}

}  // namespace

std::string name_of_repetitions(const Request& request) {
  auto key = request.header(header_name);
  if (key.empty()) return {};
  RequestDigest digest;
  digest.add(caller_of(request.principal()));
  digest.add(to_string(request.method));
  digest.add(request.path);
  digest.add(key);
  digest.add(hash_of(request));
  return digest.finish();
}

bool IdempotentCalls::concern(const Exchange& exchange) const {
  const auto& request = exchange.request;
  return keys_ != nullptr && is_write(request.method) && request.is_signed_in() &&
         !request.header(header_name).empty();
}

Task<std::expected<std::optional<IdempotentCalls::Claim>, Failure>> IdempotentCalls::begin(
    Exchange& exchange) const {
  auto key = exchange.request.header(header_name);
  if (!is_key(key))
    co_return std::unexpected(
        Failure(Error{.code = ErrorCode::invalid,
                      .message = "An Idempotency-Key has 1 to 255 visible ASCII characters"}));
  auto task = keys_->begin(exchange.context, use_of(exchange, key));
  auto decision = co_await std::move(task);
  co_await ContinueOn(exchange.thread);
  if (!decision) {
    Failure failure(std::move(decision.error()));
    if (failure.error.code == ErrorCode::invalid) {
      failure.status = 422;
      failure.name = "idempotency_key_reused";
    }
    co_return std::unexpected(std::move(failure));
  }
  if (auto* first = std::get_if<idempotency::First>(&*decision)) co_return std::move(first->claim);
  exchange.response = repeat(std::move(std::get<idempotency::Repeat>(*decision).answer));
  co_return std::nullopt;
}

Task<void> IdempotentCalls::end(Exchange& exchange, Claim claim, Response* response) const {
  bool is_done = response != nullptr && response->status < 400;
  bool is_kept = is_done && may_be_kept(*response);
  if (is_kept && response->producer) {
    response->producer = [&keys = *keys_, claim = std::move(claim), answer = head_of(*response),
                          producer = std::move(response->producer)](CallContext context,
                                                                    BodyWriter& body) mutable {
      return produce_recorded(keys, std::move(claim), std::move(answer), std::move(producer),
                              std::move(context), body);
    };
    co_return;
  }
  KeptAnswer answer;
  if (is_kept) {
    answer = head_of(*response);
    if (response->body.size() <= keys_->body_bytes_max()) answer.body = response->body;
  }
  bool is_too_large = is_kept && response->body.size() > keys_->body_bytes_max();
  auto ending = is_kept && !is_too_large ? Ending::kept : is_done ? Ending::unkept : Ending::undone;
  co_await end_claim(*keys_, std::move(claim), ending, std::move(answer));
  co_await ContinueOn(exchange.thread);
}

}  // namespace aiva::http
