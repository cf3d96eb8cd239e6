#include "faces/load/internal/wire.h"

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <utility>

namespace aiva::load {
namespace {

namespace http = boost::beast::http;
using std::chrono::steady_clock;
using Parser = http::response_parser<http::string_body>;

constexpr std::size_t read_bytes = std::size_t{16} * 1024;
constexpr std::uint64_t answer_bytes_max = std::uint64_t{16} * 1024 * 1024;
constexpr std::string_view first_words_mark = "event: delta";

Outcome outcome_of(int status) {
  if (status >= 200 && status < 300) return Outcome::ok;
  if (status == 429) return Outcome::rate_limited;
  if (status >= 400 && status < 500) return Outcome::refused;
  return status >= 500 && status < 600 ? Outcome::failed : Outcome::malformed;
}

bool has_event(std::string_view body, std::string_view mark) {
  auto at = body.find(mark);
  return at == 0 || (at != std::string_view::npos && body[at - 1] == '\n');
}

Outcome outcome_of_stream(std::string_view body) {
  bool is_whole = has_event(body, "event: done") && !has_event(body, "event: error");
  return is_whole ? Outcome::ok : Outcome::broken_stream;
}

}  // namespace

Wire::Wire(asio::io_context& loop, const Endpoints& endpoints)
    : socket_(loop), endpoints_(endpoints) {}

void Wire::close() {
  error_code ignored;
  socket_.close(ignored);
}

void Wire::expire(SteadyTime now) {
  if (now < deadline_) return;
  is_expired_ = true;
  close();
}

// Whether the service has neither closed it nor said anything unasked.
bool Wire::is_usable() {
  if (!socket_.is_open()) return false;
  char next = 0;
  auto count = ::recv(socket_.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

Outcome Wire::outcome_of_loss() const {
  return is_expired_ ? Outcome::timed_out : Outcome::cut_off;
}

Awaitable<Outcome> Wire::connect() {
  for (const auto& endpoint : endpoints_) {
    close();
    auto [error] = co_await socket_.async_connect(endpoint, waiting);
    if (is_expired_) co_return Outcome::timed_out;
    if (error) continue;
    error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    co_return Outcome::ok;
  }
  close();
  co_return Outcome::unreachable;
}

Awaitable<Answer> Wire::exchange(std::string_view request, SteadyTime deadline) {
  deadline_ = deadline;
  is_expired_ = false;
  input_.clear();
  Answer answer;
  if (!is_usable()) answer.outcome = co_await connect();
  if (answer.outcome == Outcome::ok) {
    auto [error, sent] = co_await asio::async_write(
        socket_, asio::const_buffer(request.data(), request.size()), waiting);
    // A service that refuses a large request early may have answered all the same.
    if (error && is_expired_)
      answer.outcome = Outcome::timed_out;
    else
      answer = co_await read_answer();
  }
  deadline_ = SteadyTime::max();
  co_return answer;
}

Awaitable<Answer> Wire::read_answer() {
  Answer answer;
  Parser parser;
  parser.eager(true);
  parser.body_limit(answer_bytes_max);
  while (!parser.is_done()) {
    auto [error, count] = co_await socket_.async_read_some(input_.prepare(read_bytes), waiting);
    input_.commit(count);
    answer.bytes += count;
    error_code fault;
    // To the parser the end of nothing would be a whole answer.
    bool had_head = parser.is_header_done();
    if (error == asio::error::eof) {
      if (parser.got_some()) parser.put_eof(fault);
    } else if (error) {
      answer.outcome = outcome_of_loss();
      break;
    } else {
      input_.consume(parser.put(input_.data(), fault));
    }
    if (error && (fault || !had_head || !parser.is_done())) {
      answer.outcome = outcome_of_loss();
      break;
    }
    if (fault && fault != http::error::need_more) {
      answer.outcome = Outcome::malformed;
      break;
    }
    bool is_first = answer.first_words == SteadyTime{} &&
                    parser.get().body().find(first_words_mark) != std::string::npos;
    if (is_first) answer.first_words = steady_clock::now();
  }
  if (answer.outcome != Outcome::ok || !parser.get().keep_alive()) close();
  if (parser.is_header_done() && answer.bytes > 0)
    answer.status = static_cast<int>(parser.get().result_int());
  if (answer.outcome != Outcome::ok) co_return answer;
  answer.is_stream = parser.get()[http::field::content_type].starts_with("text/event-stream");
  answer.body = std::move(parser.get().body());
  answer.outcome = outcome_of(answer.status);
  if (answer.outcome == Outcome::ok && answer.is_stream)
    answer.outcome = outcome_of_stream(answer.body);
  co_return answer;
}

}  // namespace aiva::load
