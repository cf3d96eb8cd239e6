#include "adapters/http_client/internal/exchange.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>
#include <utility>

#include "adapters/http_client/internal/file_reader.h"

namespace aiva::http_client {
namespace {

using HttpError = boost::beast::http::error;

constexpr std::size_t read_bytes_max = 16 * 1024;
// Up to this size head and body leave in one write, so in one packet or TLS record.
constexpr std::size_t joined_bytes_max = 16 * 1024;
constexpr int interim_answers_max = 8;

bool is_limit(const error_code& error) {
  return error == HttpError::body_limit || error == HttpError::header_limit ||
         error == HttpError::buffer_overflow;
}

}  // namespace

Awaitable<Result<void>> Exchange::begin() {
  auto outcome = co_await attempt(false);
  bool may_repeat =
      was_reused_ && !has_received_ && !has_lost_file_ && (request_.may_repeat || is_unsent_);
  if (!outcome && may_repeat) outcome = co_await attempt(true);
  // A long stream need not keep what was asked.
  request_.head = {};
  request_.body = {};
  co_return outcome;
}

Awaitable<Result<void>> Exchange::attempt(bool must_be_fresh) {
  lease_ = Lease();
  auto lease = co_await pool_.acquire(request_.origin, must_be_fresh);
  was_reused_ = lease && lease->is_reused();
  if (!lease) co_return fail(std::move(lease.error()));
  lease_ = std::move(*lease);
  is_unsent_ = true;
  reset_reader();
  auto sent = co_await send();
  if (!sent && has_lost_file_) lease_ = Lease();
  if (!sent && (is_unsent_ || has_lost_file_)) co_return sent;
  // A server may answer and close before it has read all of a body, so its answer is read anyway.
  auto answered = co_await read_head();
  if (!answered) lease_ = Lease();
  if (!answered && !sent && !has_received_) co_return sent;
  co_return answered;
}

Awaitable<Result<void>> Exchange::send() {
  if (request_.file) co_return co_await send_file();
  bool is_joined = request_.head.size() + request_.body.size() <= joined_bytes_max;
  std::string first = is_joined ? request_.head + request_.body : request_.head;
  auto [error, count] = co_await lease_->write(asio::buffer(first));
  if (count > 0) is_unsent_ = false;
  if (error) co_return broken(error);
  if (is_joined) co_return Result<void>{};
  auto [body_error, body_count] = co_await lease_->write(asio::buffer(request_.body));
  if (body_error) co_return broken(body_error);
  co_return Result<void>{};
}

Awaitable<Result<void>> Exchange::send_file() {
  auto [error, count] = co_await lease_->write(asio::buffer(request_.head));
  if (count > 0) is_unsent_ = false;
  if (error) co_return broken(error);
  FileReader reader(*request_.files, *request_.file);
  while (!reader.is_done()) {
    auto piece = co_await reader.next();
    has_lost_file_ = !piece;
    if (!piece) co_return fail(std::move(piece.error()));
    auto [body_error, body_count] = co_await lease_->write(asio::buffer(*piece));
    if (body_error) co_return broken(body_error);
  }
  co_return Result<void>{};
}

Awaitable<Result<void>> Exchange::read_head() {
  for (int answers = 0; answers < interim_answers_max; ++answers) {
    while (!reader_->is_header_done()) {
      auto read = co_await read_more();
      if (!read) co_return read;
    }
    if (reader_->head().status == 101)
      co_return fail(ErrorCode::unavailable, "The server switched to another protocol");
    if (!reader_->is_interim()) {
      if (reader_->is_done()) settle();
      co_return Result<void>{};
    }
    reset_reader();
  }
  co_return fail(ErrorCode::unavailable, "The server sent too many interim answers");
}

Awaitable<Result<std::optional<std::string>>> Exchange::next() {
  while (!reader_->has_body_bytes()) {
    if (reader_->is_done()) co_return std::nullopt;
    auto read = co_await read_more();
    if (!read) {
      lease_ = Lease();
      co_return fail(std::move(read.error()));
    }
    if (reader_->is_done()) settle();
  }
  co_return std::optional<std::string>(reader_->take_body());
}

Awaitable<Result<std::string>> Exchange::rest() {
  std::string body;
  for (;;) {
    auto piece = co_await next();
    if (!piece) co_return fail(std::move(piece.error()));
    if (!*piece) co_return body;
    if (body.empty())
      body = std::move(**piece);
    else
      body += **piece;
  }
}

// Parses what is buffered; without progress, reads once from the network and parses that.
Awaitable<Result<void>> Exchange::read_more() {
  auto parsed = parse();
  if (!parsed) co_return fail(std::move(parsed.error()));
  if (*parsed) co_return Result<void>{};
  if (buffer_.size() > request_.limits.header_bytes_max + read_bytes_max)
    co_return fail(ErrorCode::too_large, "The answer's head is too large");

  auto [error, count] = co_await lease_->read_some(buffer_.prepare(read_bytes_));
  buffer_.commit(count);
  if (count == read_bytes_) read_bytes_ = std::min(read_bytes_ * 2, read_bytes_max);
  if (count > 0) has_received_ = true;
  if (error == asio::error::eof && reader_->got_some()) {
    error_code cut;
    reader_->put_eof(cut);
    if (!cut) co_return Result<void>{};
    co_return fail(ErrorCode::unavailable, "The connection broke off", "cut before its end");
  }
  if (error) co_return broken(error);
  auto progress = parse();
  if (!progress) co_return fail(std::move(progress.error()));
  co_return Result<void>{};
}

// Says whether anything came of it.
Result<bool> Exchange::parse() {
  bool has_progress = false;
  while (buffer_.size() > 0 && !reader_->is_done()) {
    error_code error;
    bool had_header = reader_->is_header_done();
    auto count = reader_->put(buffer_.data(), error);
    buffer_.consume(count);
    has_progress = has_progress || reader_->is_header_done() != had_header || count > 0;
    if (error == HttpError::need_more || (!error && count == 0)) break;
    if (is_limit(error))
      return fail(ErrorCode::too_large, "The answer is larger than allowed", error.message());
    if (error)
      return fail(ErrorCode::unavailable, "The server's answer is malformed", error.message());
  }
  return has_progress;
}

void Exchange::reset_reader() { reader_.emplace(request_.limits, request_.has_answer_body); }

// At the end of the answer: the connection can serve the next call if it is clean.
void Exchange::settle() {
  bool is_clean = reader_->keep_alive() && buffer_.size() == 0;
  if (is_clean) lease_.keep();
  lease_ = Lease();
}

std::unexpected<Error> Exchange::broken(const error_code& error) {
  return fail(ErrorCode::unavailable, "The connection broke off",
              request_.origin.host + ": " + error.message());
}

}  // namespace aiva::http_client
