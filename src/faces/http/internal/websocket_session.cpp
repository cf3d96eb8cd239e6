#include "faces/http/internal/websocket_session.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <coroutine>
#include <deque>
#include <exception>
#include <stop_token>

#include "faces/http/header_text.h"
#include "faces/http/internal/websocket_transport.h"
#include "foundation/log.h"

namespace aiva::http {
namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

constexpr std::size_t inbox_messages_max = 64;
constexpr std::size_t close_reason_bytes_max = 123;

std::unexpected<Error> closed() { return fail(ErrorCode::cancelled, "The WebSocket is closed"); }

// A place where at most one coroutine waits for something to change.
class Signal {
 public:
  class Wait {
   public:
    explicit Wait(Signal& signal) : signal_(signal) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) noexcept { signal_.waiting_ = awaiting; }
    void await_resume() const noexcept {}

   private:
    Signal& signal_;
  };
  Wait wait() { return Wait(*this); }
  void notify() {
    if (waiting_) std::exchange(waiting_, {}).resume();
  }

 private:
  std::coroutine_handle<> waiting_;
};

// The first of our sub-protocols that the client offers; empty: none.
std::string_view agree_on_protocol(const Request& request,
                                   const std::vector<std::string_view>& protocols) {
  for (auto protocol : protocols)
    for (const auto& field : request.headers)
      if (equals_ignoring_case(field.name, "Sec-WebSocket-Protocol") &&
          list_contains(field.value, protocol))
        return protocol;
  return {};
}

// A reader fills the inbox and a writer empties the outbox, each a coroutine of its own, so that a
// peer that goes away is noticed whatever the handler does. All on the connection's thread.
class Session final : public WebSocketSession, private WebSocket {
 public:
  Session(Transport& transport, Exchange& exchange, const Timeouts& timeouts)
      : transport_(transport), exchange_(exchange), stream_(transport) {
    const auto& options = exchange.websocket_route->options;
    queue_bytes_max_ = options.queue_bytes_max;
    inbox_bytes_max_ = options.message_bytes_max;
    protocol_ = agree_on_protocol(exchange.request, options.protocols);
    stream_.read_message_max(options.message_bytes_max);
    stream_.set_option(websocket::stream_base::timeout{.handshake_timeout = timeouts.header,
                                                       .idle_timeout = 2 * timeouts.heartbeat,
                                                       .keep_alive_pings = true});
    stream_.auto_fragment(false);
  }

  Task<void> serve() override {
    auto is_open = co_await accept();
    if (!is_open) co_return;
    pumps_ = 2;
    start(read_messages(), [](const std::exception_ptr&) {});
    start(write_messages(), [](const std::exception_ptr&) {});
    try {
      auto task = exchange_.websocket_route->handler(exchange_.context, exchange_.request, *this);
      co_await std::move(task);
    } catch (const std::exception& exception) {
      log::failure("a WebSocket handler failed", exchange_.context,
                   internal_error(exception.what()));
      close_code_ = CloseCode::internal_error;
    }
    co_await ContinueOn(exchange_.thread);
    begin_closing();
    while (pumps_ > 0) co_await ended_.wait();
  }

  void go_away() override {
    close_code_ = CloseCode::going_away;
    exchange_.stop.request_stop();
    begin_closing();
  }

 private:
  [[nodiscard]] std::string_view protocol() const override { return protocol_; }

  Task<Result<std::optional<WebSocketMessage>>> receive() override {
    co_await ContinueOn(exchange_.thread);
    while (inbox_.empty() && !is_reading_over_) co_await arrived_.wait();
    if (inbox_.empty()) co_return std::nullopt;
    std::optional<WebSocketMessage> message = std::move(inbox_.front());
    inbox_.pop_front();
    inbox_bytes_ -= message->content.size();
    room_in_.notify();
    co_return message;
  }

  Task<Result<void>> send(WebSocketMessage message) override {
    co_await ContinueOn(exchange_.thread);
    while (!is_closing_ && queued_bytes_ > 0 &&
           queued_bytes_ + message.content.size() > queue_bytes_max_)
      co_await room_out_.wait();
    if (is_closing_) co_return closed();
    enqueue(std::move(message));
    co_return Result<void>{};
  }

  bool try_send(WebSocketMessage message) override {
    bool is_full = queued_bytes_ > 0 && queued_bytes_ + message.content.size() > queue_bytes_max_;
    if (is_closing_ || is_full) return false;
    enqueue(std::move(message));
    return true;
  }

  Task<void> close(CloseCode code, std::string reason) override {
    co_await ContinueOn(exchange_.thread);
    close_code_ = code;
    close_reason_ = reason.substr(0, close_reason_bytes_max);
    begin_closing();
  }

  [[nodiscard]] bool is_inbox_full() const {
    return inbox_.size() >= inbox_messages_max || inbox_bytes_ >= inbox_bytes_max_;
  }

  void enqueue(WebSocketMessage message) {
    queued_bytes_ += message.content.size();
    outbox_.push_back(std::move(message));
    queued_.notify();
  }

  // The writer sends what is queued, then the close frame.
  void begin_closing() {
    is_closing_ = true;
    room_out_.notify();
    queued_.notify();
  }

  Task<bool> accept() {
    beast::http::request<beast::http::empty_body> request;
    request.method(beast::http::verb::get);
    request.target("/");
    for (const auto& field : exchange_.request.headers) {
      bool is_of_handshake = equals_ignoring_case(field.name, "Host") ||
                             equals_ignoring_case(field.name, "Connection") ||
                             equals_ignoring_case(field.name, "Upgrade") ||
                             equals_ignoring_case(field.name.substr(0, 14), "Sec-WebSocket-");
      if (is_of_handshake)
        request.insert({field.name.data(), field.name.size()},
                       {field.value.data(), field.value.size()});
    }
    stream_.set_option(websocket::stream_base::decorator([this](websocket::response_type& answer) {
      answer.set("X-Request-Id", exchange_.request.request_id);
      if (!protocol_.empty())
        answer.set("Sec-WebSocket-Protocol", {protocol_.data(), protocol_.size()});
    }));
    auto outcome = co_await AsioOperation(
        [this, &request](auto handler) { stream_.async_accept(request, std::move(handler)); });
    exchange_.response.status = outcome.error ? 400 : 101;
    co_return !outcome.error;
  }

  Task<void> read_messages() {
    for (;;) {
      while (is_inbox_full() && !is_closing_) co_await room_in_.wait();
      beast::flat_buffer buffer;
      auto outcome = co_await AsioOperation(
          [this, &buffer](auto handler) { stream_.async_read(buffer, std::move(handler)); });
      if (outcome.error) break;
      auto bytes = buffer.data();
      inbox_bytes_ += bytes.size();
      inbox_.push_back({std::string(static_cast<const char*>(bytes.data()), bytes.size()),
                        stream_.got_binary()});
      arrived_.notify();
    }
    is_reading_over_ = true;
    exchange_.stop.request_stop();
    begin_closing();
    arrived_.notify();
    end_pump();
  }

  Task<void> write_messages() {
    bool is_lost = false;
    while (!is_lost && !is_reading_over_) {
      if (outbox_.empty()) {
        if (is_closing_) break;
        co_await queued_.wait();
        continue;
      }
      auto message = std::move(outbox_.front());
      outbox_.pop_front();
      stream_.binary(message.is_binary);
      auto outcome = co_await AsioOperation([this, &message](auto handler) {
        stream_.async_write(asio::buffer(message.content), std::move(handler));
      });
      queued_bytes_ -= message.content.size();
      is_lost = static_cast<bool>(outcome.error);
      room_out_.notify();
    }
    if (!is_lost && !is_reading_over_) {
      websocket::close_reason reason(static_cast<websocket::close_code>(close_code_));
      reason.reason.assign(close_reason_.data(), close_reason_.size());
      co_await AsioOperation(
          [this, &reason](auto handler) { stream_.async_close(reason, std::move(handler)); });
    }
    is_closing_ = true;
    transport_.close();
    room_in_.notify();
    end_pump();
  }

  void end_pump() {
    --pumps_;
    ended_.notify();
  }

  Transport& transport_;
  Exchange& exchange_;
  websocket::stream<Transport&, false> stream_;
  std::size_t queue_bytes_max_ = 0;
  std::size_t inbox_bytes_max_ = 0;  // one message more may be in it
  std::string_view protocol_{};

  std::deque<WebSocketMessage> inbox_;
  std::size_t inbox_bytes_ = 0;
  std::deque<WebSocketMessage> outbox_;
  std::size_t queued_bytes_ = 0;
  bool is_reading_over_ = false;
  bool is_closing_ = false;
  CloseCode close_code_ = CloseCode::normal;
  std::string close_reason_;
  int pumps_ = 0;
  Signal arrived_;   // the inbox has a message, or reading is over
  Signal room_in_;   // the inbox has room
  Signal queued_;    // the outbox has a message, or closing began
  Signal room_out_;  // the outbox has room, or closing began
  Signal ended_;     // a pump ended
};

}  // namespace

std::unique_ptr<WebSocketSession> make_websocket_session(Transport& transport, Exchange& exchange,
                                                         const Timeouts& timeouts) {
  return std::make_unique<Session>(transport, exchange, timeouts);
}

}  // namespace aiva::http
