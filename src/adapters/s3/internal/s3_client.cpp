#include "adapters/s3/internal/s3_client.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "adapters/s3/internal/s3_xml.h"
#include "foundation/crypto.h"

namespace aiva::s3 {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t error_bytes_max = 64 * 1024;
constexpr std::size_t answer_bytes_max = 16 * 1024 * 1024;
constexpr int told_pause_max_s = 10;
// What the slowest line that is put up with carries in a second.
constexpr std::uint64_t bytes_per_second_least = 128 * 1024;
constexpr std::chrono::hours stream_life{6};

bool is_passing(const S3Answer& answer) {
  constexpr std::array<std::string_view, 6> codes = {"SlowDown",       "InternalError",
                                                     "RequestTimeout", "ServiceUnavailable",
                                                     "Throttling",     "OperationAborted"};
  auto status = answer.response.status;
  return status == 429 || (status >= 500 && status != 501) ||
         std::ranges::find(codes, answer.code) != codes.end();
}

bool is_passing(const Error& error) {
  return error.code == ErrorCode::unavailable || error.code == ErrorCode::timeout;
}

CallContext within(CallContext context, milliseconds time) {
  context.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + time);
  return context;
}

// Between half of a pause and all of it, so that those who failed together do not come together.
milliseconds scatter(milliseconds pause) {
  std::array<std::uint8_t, 2> bytes{};
  random_bytes(bytes);
  auto part = bytes[0] * 256 + bytes[1];
  return pause / 2 + milliseconds(pause.count() * part / (2 * 65536));
}

milliseconds told_pause(const HttpResponse& response) {
  auto text = response.header("retry-after");
  int seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds(std::clamp(seconds, 0, told_pause_max_s));
}

}  // namespace

Error error_of(const S3Answer& answer) {
  auto status = answer.response.status;
  auto cause = "S3 answered " + std::to_string(status) + " " + answer.code;
  if (answer.code == "NoSuchBucket")
    return {ErrorCode::unavailable, "The bucket of the object store does not exist", cause};
  if (status == 404) return {ErrorCode::not_found, "No such object", cause};
  if (status == 401 || status == 403)
    return {ErrorCode::unavailable, "The object store refuses access", cause};
  if (status == 301 || status == 307 || answer.code == "AuthorizationHeaderMalformed")
    return {ErrorCode::unavailable, "The object store is in another region", cause};
  if (status == 409 || status == 412)
    return {ErrorCode::conflict, "The object was changed meanwhile", cause};
  if (status == 429 || status >= 500 || is_passing(answer))
    return {ErrorCode::unavailable, "The object store is overloaded or down", cause};
  return internal_error(cause);
}

S3Client::S3Client(Endpoint endpoint, Signer signer, S3ClientOptions options, Parts parts)
    : endpoint_(std::move(endpoint)),
      signer_(std::move(signer)),
      options_(options),
      parts_(std::move(parts)),
      clock_(parts_.clock) {}

HttpRequest S3Client::prepare(const S3Request& request) const {
  SignedRequest signed_request{
      .method = request.method,
      .path = endpoint_.path_of(request.key),
      .query = request.query,
      .headers = request.headers,
      .payload_hash = request.file ? request.file_hash : to_hex(sha256(request.body))};
  signed_request.headers.emplace_back("host", endpoint_.host);
  signer_.sign(signed_request, clock_.now());
  auto query = write_query(request.query);
  auto bytes = request.file ? request.file->size : std::uint64_t{request.body.size()};
  HttpRequest out{.method = request.method,
                  .url = endpoint_.scheme + "://" + endpoint_.host + signed_request.path +
                         (query.empty() ? "" : "?" + query),
                  .body = request.body,
                  .file = request.file,
                  .timeout = stream_life,
                  .response_bytes_max = SIZE_MAX / 2,
                  .may_reach_private_addresses = true};
  if (bytes > 0)
    out.timeout = options_.patience + std::chrono::seconds(bytes / bytes_per_second_least);
  for (auto& [name, value] : signed_request.headers)
    if (name != "host") out.headers.push_back({name, std::move(value)});
  return out;
}

Task<Result<std::optional<std::string>>> S3Client::next(CallContext context, HttpStream& body) {
  auto reading = body.next(within(std::move(context), options_.patience));
  auto piece = co_await std::move(reading);
  co_return piece;
}

Task<Result<std::string>> S3Client::read_body(CallContext context, HttpStream& body,
                                              std::size_t bytes_max) {
  std::string text;
  for (;;) {
    auto reading = next(context, body);
    CO_TRY(auto piece, co_await std::move(reading));
    if (!piece) co_return text;
    text += *piece;
    if (text.size() > bytes_max)
      co_return fail(ErrorCode::too_large, "The object store's answer is too large");
  }
}

// One try. The body of an error is read, that of a success is not.
Task<Result<S3Stream>> S3Client::attempt(CallContext context, const S3Request& request) {
  auto prepared = prepare(request);
  parts_.requests.add();
  bool has_body = request.file || !request.body.empty();
  auto opening = parts_.http.open(has_body ? context : within(context, options_.patience),
                                  std::move(prepared));
  CO_TRY(auto stream, co_await std::move(opening));
  S3Stream out{.answer = {.response = stream->head()}};
  bool is_success = out.answer.response.status >= 200 && out.answer.response.status < 300;
  if (!is_success) {
    auto reading = read_body(context, *stream, error_bytes_max);
    auto text = co_await std::move(reading);
    // A status without what explains it is still an answer.
    if (text) out.answer.code = read_error_code(*text);
    co_return out;
  }
  out.body = std::move(stream);
  co_return out;
}

Task<Result<void>> S3Client::rest(CallContext context, int attempt, const S3Answer* answer) {
  auto pause =
      scatter(std::min(options_.pause * (1 << std::min(attempt - 1, 20)), options_.pause_max));
  if (answer != nullptr) pause = std::max(pause, told_pause(answer->response));
  parts_.retries.add();
  // What cannot be over in time is not begun.
  if (context.deadline != std::chrono::steady_clock::time_point::max() &&
      std::chrono::steady_clock::now() + pause >= context.deadline)
    co_return fail(ErrorCode::timeout, "The call took too long");
  auto pausing = parts_.pause(context, pause);
  auto paused = co_await std::move(pausing);
  co_return paused;
}

Task<Result<S3Stream>> S3Client::open(CallContext context, S3Request request) {
  bool has_learned = false;
  for (int number = 1;; ++number) {
    CO_TRY_VOID(context.check());
    auto signed_at = clock_.now();
    auto trying = attempt(context, request);
    auto stream = co_await std::move(trying);
    if (stream) stream->answer.attempts = number;
    bool is_over = number >= options_.attempts_max || !context.check().has_value();
    if (!stream) {
      if (is_over || !is_passing(stream.error())) co_return stream;
    } else {
      bool is_refused = stream->answer.response.status == 403;
      if (is_refused && !has_learned &&
          clock_.learn(stream->answer.response.header("date"), signed_at)) {
        has_learned = true;
        continue;
      }
      if (is_over || !is_passing(stream->answer)) co_return stream;
    }
    auto resting = rest(context, number, stream ? &stream->answer : nullptr);
    auto rested = co_await std::move(resting);
    if (!rested && rested.error().code != ErrorCode::timeout)
      co_return fail(std::move(rested.error()));
    if (!rested) co_return stream;
  }
}

Task<Result<S3Answer>> S3Client::send(CallContext context, S3Request request) {
  for (int number = 1;; ++number) {
    auto opening = open(context, request);
    CO_TRY(auto stream, co_await std::move(opening));
    if (!stream.body) co_return std::move(stream.answer);
    auto reading = read_body(context, *stream.body, answer_bytes_max);
    auto text = co_await std::move(reading);
    if (text) {
      stream.answer.response.body = std::move(*text);
      // An answer may begin with 200 before the server knows whether it will be one.
      if (request.method == "POST")
        stream.answer.code = read_error_code(stream.answer.response.body);
      stream.answer.attempts = std::max(stream.answer.attempts, number);
      if (!is_passing(stream.answer) || number >= options_.attempts_max)
        co_return std::move(stream.answer);
    }
    bool is_over = number >= options_.attempts_max || !context.check().has_value();
    if (!text && (is_over || !is_passing(text.error()))) co_return fail(std::move(text.error()));
    auto resting = rest(context, number, &stream.answer);
    CO_TRY_VOID(co_await std::move(resting));
  }
}

std::string S3Client::link(const S3Request& request, std::chrono::seconds life) const {
  SignedRequest to_sign{.method = request.method,
                        .path = endpoint_.path_of(request.key),
                        .query = request.query,
                        .headers = request.headers,
                        .payload_hash = {}};
  to_sign.headers.emplace_back("host", endpoint_.host);
  auto query = signer_.presign(to_sign, clock_.now(), life);
  return endpoint_.scheme + "://" + endpoint_.host + to_sign.path + "?" + query;
}

}  // namespace aiva::s3
