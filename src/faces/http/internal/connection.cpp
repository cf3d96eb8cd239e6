#include "faces/http/internal/connection.h"

#include <exception>

#include "faces/http/internal/file_answer.h"
#include "foundation/log.h"

namespace aiva::http {
namespace {

constexpr std::chrono::seconds linger_max{2};
constexpr std::uint64_t lingered_bytes_max = 16 * 1024 * 1024;
constexpr std::size_t room_behind_head = 4 * 1024;
constexpr std::size_t out_kept_bytes_max = 64 * 1024;
constexpr std::size_t joined_bytes_max = 16 * 1024;

}  // namespace

Connection::Connection(ServerCore& core, IoThread& thread, Socket socket, Peer peer)
    : core_(core),
      thread_(thread),
      peer_(std::move(peer)),
      transport_(std::move(socket), core.tls.get()),
      input_(transport_, [this] { exchange_.stop.request_stop(); }),
      body_(transport_, input_),
      output_(transport_),
      exchange_{.thread = thread, .peer = peer_, .input = input_, .body = body_} {}

void Connection::serve(const std::shared_ptr<Connection>& connection) {
  connection->thread_.attend(*connection);
  connection->core_.pipeline->count_connections(1);
  start(run(connection), [connection](const std::exception_ptr& exception) {
    if (exception) log::error("a connection ended with an exception");
    connection->thread_.leave(*connection);
    connection->core_.pipeline->count_connections(-1);
    connection->core_.ledger.release(connection->peer_.limit_key);
  });
}

Task<void> Connection::run(std::shared_ptr<Connection> self) {
  bool goes_on = true;
  if (self->transport_.is_tls()) goes_on = co_await self->shake_hands();
  while (goes_on) goes_on = co_await self->serve_one();
  co_await self->end();
}

Task<bool> Connection::shake_hands() {
  limit_phase(Phase::handshake, core_.options.timeouts.header);
  auto outcome = co_await AsioOperation([this](auto handler) {
    transport_.tls().async_handshake(asio::ssl::stream_base::server, std::move(handler));
  });
  co_return !outcome.error;
}

Task<bool> Connection::serve_one() {
  auto length = co_await wait_for_head();
  if (length && *length == 0) co_return false;
  exchange_.reset(std::chrono::steady_clock::now());
  output_.restart_count();
  body_since_ = {};
  Outcome readable;
  if (length)
    readable = parse_head(*length);
  else
    readable = std::unexpected(std::move(length.error()));
  if (readable)
    co_await core_.pipeline->run(exchange_);
  else
    core_.pipeline->refuse(exchange_, std::move(readable.error()));
  bool goes_on = false;
  if (exchange_.websocket_route != nullptr) {
    core_.pipeline->upgrade(exchange_);
    co_await serve_websocket();
  } else {
    goes_on = co_await send_answer();
  }
  core_.pipeline->finish(exchange_, output_.bytes_sent());
  input_.unpin();
  co_return goes_on;
}

Task<std::expected<std::size_t, Failure>> Connection::wait_for_head() {
  const auto& limits = core_.options.limits;
  limit_phase(Phase::idle, core_.options.timeouts.idle);
  input_.shrink();
  HeadScan scan;
  for (;;) {
    auto text = input_.buffered();
    if (scan.line_start == 0 && text.starts_with("\r\n")) {
      input_.consume(2);
      continue;
    }
    scan_head(text, scan);
    if (scan.state == ScanState::malformed)
      co_return std::unexpected(bad_request("Malformed line end"));
    bool is_too_long = text.size() > limits.header_bytes_max;
    if (scan.state == ScanState::complete) {
      if (scan.length > limits.header_bytes_max) co_return std::unexpected(headers_too_large());
      co_return scan.length;
    }
    if (scan.line_start == 0 && text.size() > limits.target_bytes_max + 64)
      co_return std::unexpected(target_too_long());
    if (is_too_long) co_return std::unexpected(headers_too_large());
    if (is_draining_ && text.empty()) co_return 0;
    if (!text.empty() && exchange_.phase == Phase::idle)
      limit_phase(Phase::head, core_.options.timeouts.header);
    if (!input_.make_room(limits.header_bytes_max + room_behind_head))
      co_return std::unexpected(headers_too_large());
    auto error = co_await input_.more();
    if (!error) continue;
    if (!is_expired_ || input_.buffered().empty()) co_return 0;
    co_return std::unexpected(request_timeout("The request comes too slowly"));
  }
}

Outcome Connection::parse_head(std::size_t length) {
  input_.reserve_behind(length);
  auto text = input_.buffered().substr(0, length);
  const auto& limits = core_.options.limits;
  auto& head = exchange_.head;
  auto parsed = parse_request_head(
      text, {.target_bytes_max = limits.target_bytes_max, .headers_max = limits.headers_max}, head);
  input_.take_head(length);
  if (!parsed) return parsed;
  body_.begin(head);
  exchange_.request.method = head.method;
  exchange_.request.headers.swap(head.headers);
  return {};
}

// Before a drain begins clients are told to come by other connections, which lead elsewhere.
bool Connection::may_keep_alive() const {
  bool is_body_done = body_.is_complete() || body_.is_worth_skipping();
  bool is_leaving = is_draining_ || core_.parts.lifecycle.is_draining();
  return exchange_.head.keeps_alive && !exchange_.must_close && !is_leaving && is_body_done;
}

Framing Connection::framing(std::uint64_t length, bool keeps_alive) const {
  return {.length = length, .keeps_alive = keeps_alive};
}

Task<bool> Connection::send_answer() {
  if (exchange_.is_silent) co_return false;
  bool keeps_alive = may_keep_alive();
  auto& response = exchange_.response;
  exchange_.phase = Phase::answer;
  bool is_sent = false;
  if (response.producer) {
    is_sent = co_await send_stream(keeps_alive);
  } else if (response.file) {
    is_sent = co_await send_file(keeps_alive);
  } else {
    out_.clear();
    append_response_head(out_, exchange_, framing(response.body.size(), keeps_alive));
    std::string_view content = response.body;
    if (exchange_.request.method == Method::head) content = {};
    if (transport_.is_tls() && content.size() <= joined_bytes_max) {
      out_ += content;
      content = {};
    }
    is_sent = output_.send_now(out_, content);
    if (!is_sent) is_sent = co_await output_.send_rest();
    if (out_.capacity() > out_kept_bytes_max) out_ = {};
  }
  if (!is_sent || !keeps_alive || exchange_.must_close) co_return false;
  if (body_.is_complete()) co_return true;
  auto is_skipped = co_await skip_body();
  co_return is_skipped;
}

Task<bool> Connection::send_file(bool keeps_alive) {
  FileAnswer file(core_.parts.files);
  auto opened = co_await file.open(exchange_);
  if (!opened) {
    auto is_answered = co_await send_failure(std::move(opened.error()), keeps_alive);
    co_return is_answered;
  }
  out_.clear();
  append_response_head(out_, exchange_, framing(file.length(), keeps_alive));
  bool is_sent = co_await output_.send(out_);
  bool has_content = exchange_.request.method != Method::head && exchange_.response.status != 304;
  if (is_sent && has_content) is_sent = co_await file.send(exchange_, output_);
  co_return is_sent;
}

Task<bool> Connection::send_stream(bool keeps_alive) {
  bool is_chunked = exchange_.head.minor_version == 1;
  Framing endless{.is_chunked = is_chunked, .keeps_alive = keeps_alive && is_chunked};
  exchange_.must_close |= !is_chunked;
  if (exchange_.request.method == Method::head) {
    out_.clear();
    append_response_head(out_, exchange_, endless);
    auto is_sent = co_await output_.send(out_);
    co_return is_sent;
  }
  BodyStream stream(exchange_, output_, endless);
  stream_ = &stream;
  exchange_.phase = Phase::stream;
  if (is_draining_ && ends_on_drain()) exchange_.stop.request_stop();
  Result<void> outcome;
  try {
    outcome = co_await exchange_.response.producer(exchange_.context, stream);
  } catch (const std::exception& exception) {
    outcome = fail(internal_error(exception.what()));
  }
  co_await ContinueOn(thread_);
  co_await stream.settle();
  stream_ = nullptr;
  exchange_.phase = Phase::answer;
  bool is_drained = is_draining_ && !outcome && outcome.error().code == ErrorCode::cancelled;
  if (outcome || is_drained) {
    bool is_whole = co_await stream.finish();
    co_return is_whole;
  }
  if (stream.is_started()) {
    if (outcome.error().code != ErrorCode::cancelled)
      log::failure("a stream was cut", exchange_.context, outcome.error());
    co_return false;
  }
  auto is_answered = co_await send_failure(std::move(outcome.error()), endless.keeps_alive);
  co_return is_answered;
}

// Answers a failure that came up while the answer was being made ready to send.
Task<bool> Connection::send_failure(Failure failure, bool keeps_alive) {
  exchange_.response.producer = {};
  exchange_.response.file.reset();
  core_.pipeline->answer_failure(exchange_, std::move(failure));
  out_.clear();
  append_response_head(out_, exchange_, framing(exchange_.response.body.size(), keeps_alive));
  if (exchange_.request.method != Method::head) out_ += exchange_.response.body;
  auto is_sent = co_await output_.send(out_);
  co_return is_sent;
}

Task<bool> Connection::skip_body() {
  exchange_.phase = Phase::body;
  char scratch[4096];
  while (!body_.is_complete()) {
    auto count = co_await body_.read(scratch);
    if (!count) co_return false;
  }
  co_return true;
}

Task<void> Connection::serve_websocket() {
  auto session = make_websocket_session(transport_, exchange_, core_.options.timeouts);
  websocket_ = session.get();
  exchange_.phase = Phase::websocket;
  if (is_draining_) session->go_away();
  co_await session->serve();
  websocket_ = nullptr;
}

// Lets the peer read the last answer before the connection is gone: closing with unread input would
// reset it.
Task<void> Connection::end() {
  limit_phase(Phase::linger, linger_max);
  bool has_more_input = !body_.is_complete() || !input_.buffered().empty();
  if (transport_.is_tls() && !is_expired_)
    co_await AsioOperation(
        [this](auto handler) { transport_.tls().async_shutdown(std::move(handler)); });
  if (has_more_input) {
    transport_.shut_down_sending();
    auto scratch = std::make_unique_for_overwrite<char[]>(joined_bytes_max);
    for (std::uint64_t skipped = 0; skipped < lingered_bytes_max;) {
      auto outcome = co_await input_.read_into(scratch.get(), joined_bytes_max);
      if (outcome.bytes == 0) break;
      skipped += outcome.bytes;
    }
  }
  transport_.close();
  co_await input_.finish();
  co_await YieldOn(thread_);  // operations the close aborted, such as pings, still refer to us
}

void Connection::limit_phase(Phase phase, std::chrono::milliseconds span) {
  exchange_.phase = phase;
  deadline_ = std::chrono::steady_clock::now() + span;
}

void Connection::expire() {
  is_expired_ = true;
  transport_.cancel();
}

void Connection::tick_body(SteadyTime now) {
  if (body_since_ == SteadyTime{}) body_since_ = now;
  auto elapsed = now - body_since_;
  if (elapsed < core_.options.timeouts.body_grace) return;
  auto seconds = std::chrono::duration<double>(elapsed).count();
  auto rate_min = static_cast<double>(core_.options.limits.body_bytes_per_second_min);
  if (static_cast<double>(body_.received()) >= seconds * rate_min) return;
  body_.expire();
  expire();
}

void Connection::on_tick(SteadyTime now) {
  const auto& timeouts = core_.options.timeouts;
  switch (exchange_.phase) {
    case Phase::handshake:
    case Phase::idle:
    case Phase::head:
    case Phase::linger:
      if (now >= deadline_) expire();
      break;
    case Phase::body: tick_body(now); break;
    case Phase::call:
      if (now >= exchange_.context.deadline) exchange_.stop.request_stop();
      break;
    case Phase::answer:
      if (output_.is_stalled(now, timeouts.write_stall)) transport_.close();
      break;
    case Phase::stream:
      if (output_.is_stalled(now, timeouts.write_stall))
        transport_.close();
      else if (stream_ != nullptr && exchange_.response.is_event_stream)
        stream_->on_tick(now, timeouts.heartbeat);
      break;
    case Phase::websocket: break;
  }
}

void Connection::on_drain() {
  is_draining_ = true;
  switch (exchange_.phase) {
    case Phase::handshake:
    case Phase::idle: transport_.cancel(); break;
    case Phase::stream:
      if (ends_on_drain()) exchange_.stop.request_stop();
      break;
    case Phase::websocket:
      if (websocket_ != nullptr) websocket_->go_away();
      break;
    case Phase::head:
    case Phase::body:
    case Phase::call:
    case Phase::answer:
    case Phase::linger: break;
  }
}

bool Connection::ends_on_drain() const {
  return exchange_.route != nullptr && exchange_.route->options.ends_on_drain;
}

// A stream is asked first, so that it can say how far it came.
void Connection::on_abort() {
  bool is_asked = exchange_.stop.stop_requested();
  exchange_.stop.request_stop();
  if (exchange_.phase != Phase::stream || is_asked) transport_.close();
}

}  // namespace aiva::http
