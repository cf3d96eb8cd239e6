#include "faces/audiosocket/internal/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "foundation/log.h"

namespace aiva::audiosocket {
namespace {

constexpr std::size_t unsent_bytes_max = 64 * 1024;
constexpr std::chrono::seconds lingering_max{2};

std::string uuid_text(std::string_view bytes) {
  Uuid uuid;
  std::ranges::transform(bytes, uuid.bytes.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return uuid.to_string();
}

}  // namespace

Meters::Meters(Metrics& metrics)
    : refused(metrics.counter("aiva_audiosocket_refused_total",
                              "Connections that were no call we answer")),
      frames_dropped(metrics.counter("aiva_audiosocket_frames_dropped_total",
                                     "Frames the far end did not take in time")) {}

void Loop::post(Work work) {
  // Asio wants handlers that can be copied.
  auto shared = std::make_shared<Work>(std::move(work));
  boost::asio::post(io, [shared] { (*shared)(); });
}

Connection::Connection(Loop& loop, boost::asio::ip::tcp::socket socket,
                       const ServerOptions& options, std::optional<AgentPort> agent,
                       ServerParts parts, Meters& meters)
    : loop_(loop),
      socket_(std::move(socket)),
      timer_(loop.io),
      options_(options),
      agent_(agent),
      parts_(parts),
      meters_(meters) {}

void Connection::begin() {
  loop_.connections.insert(this);
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  wait_at_most(options_.id_time_max);
  wait_for_bytes();
}

// What a busy peer sends beyond the buffer waits for the other calls.
void Connection::wait_for_bytes() {
  socket_.async_read_some(
      boost::asio::buffer(arrived_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t count) {
        if (self->is_closed_) return;
        if (error) return self->close();
        self->read(count);
      });
}

void Connection::read(std::size_t count) {
  parser_.feed({arrived_.data(), count});
  while (auto frame = parser_.next()) {
    take(*frame);
    if (is_closed_) return;
  }
  wait_for_bytes();
}

void Connection::take(Frame frame) {
  if (frame.kind == static_cast<std::uint8_t>(Kind::id)) return take_id(frame.payload);
  if (id_.empty()) return give_up();
  if (auto rate = rate_of(frame.kind)) return take_audio(*rate, frame.payload);
  if (frame.kind == static_cast<std::uint8_t>(Kind::dtmf)) {
    constexpr std::string_view digits = "0123456789*#ABCD";
    bool is_digit = frame.payload.size() == 1 && digits.contains(frame.payload.front());
    auto call = call_;  // which may end within
    if (is_digit && call) call->digit(frame.payload.front());
    return;
  }
  if (frame.kind == static_cast<std::uint8_t>(Kind::hang_up)) return close();
}

void Connection::take_id(std::string_view bytes) {
  if (bytes.size() != sizeof(Uuid::bytes) || !id_.empty()) return give_up();
  id_ = uuid_text(bytes);
  wait_at_most(options_.format_time_max);
}

void Connection::take_audio(int rate, std::string_view samples) {
  if (!call_ && !is_starting_) {
    // Rates a voice has no use for are answered at 8 kHz, which Asterisk transcodes.
    if (rate == 8'000 || rate == 16'000 || rate == 24'000) rate_ = rate;
    start_call();
  }
  if (rate != rate_) {
    if (!std::exchange(has_other_rate_, true))
      log::warn("An AudioSocket call changed its rate; that audio is not heard",
                {{"call", id_}, {"rate", rate}, {"expected", rate_}});
    return;
  }
  if (auto call = call_) call->hear(samples);
}

void Connection::wait_at_most(std::chrono::milliseconds time) {
  timer_.expires_after(time);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (error || self->is_closed_) return;
    if (self->id_.empty()) return self->give_up();
    if (!self->call_ && !self->is_starting_) self->start_call();
  });
}

void Connection::give_up() {
  meters_.refused.add();
  close();
}

void Connection::start_call() {
  is_starting_ = true;
  timer_.cancel();
  start(answer(), [self = shared_from_this()](std::exception_ptr exception) {
    if (!exception) return;
    log::error("An AudioSocket call could not be answered", {{"call", self->id_}});
    self->give_up();
  });
}

Task<Result<voice::Call>> Connection::find_call(CallContext context) {
  if (!agent_) co_return co_await parts_.log.claim(std::move(context), id_);
  context.tenant = agent_->tenant;
  co_return co_await parts_.log.announce(
      std::move(context), {.agent = agent_->agent, .session_id = id_, .provider = "audiosocket"});
}

Task<void> Connection::answer() {
  auto self = shared_from_this();
  CallContext context{.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10),
                      .home = &loop_};
  auto call = co_await find_call(context);
  if (!call) {
    log::failure("An AudioSocket call was refused", context, call.error());
    give_up();
    co_return;
  }
  context.tenant = call->tenant;
  auto answered = co_await parts_.calls.answer(context, std::move(*call), self);
  if (!answered) {
    log::failure("An AudioSocket call was refused", context, answered.error());
    give_up();
    co_return;
  }
  call_ = std::move(*answered);
  if (is_closed_) call_->end(voice::CallEnd::caller_hung_up);
}

voice::AudioFormat Connection::format() const {
  return {.coding = voice::Coding::pcm16, .rate = rate_};
}

bool Connection::play(std::string_view frame) {
  if (is_closed_) return false;
  out_.clear();
  // Every rate that a call may have is one of the protocol.
  append_frame(out_, *audio_kind_of(rate_), frame);
  return send(out_);
}

// A frame leaves in one write: Asterisk drops the call when its payload comes late. What does not
// fit at once goes first next time; until then frames are left out.
bool Connection::send(std::string_view bytes) {
  auto write = [this](std::string_view rest) -> ssize_t {
    auto count =
        ::send(socket_.native_handle(), rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    return count;
  };
  if (!unsent_.empty()) {
    auto count = write(unsent_);
    if (count < 0) return false;
    unsent_.erase(0, static_cast<std::size_t>(count));
    if (!unsent_.empty()) {
      meters_.frames_dropped.add();
      return unsent_.size() <= unsent_bytes_max;
    }
  }
  auto count = write(bytes);
  if (count < 0) return false;
  if (count == 0) {
    meters_.frames_dropped.add();
    return true;
  }
  unsent_ = bytes.substr(static_cast<std::size_t>(count));
  return true;
}

void Connection::hang_up(voice::CallEnd end, std::string_view) {
  if (is_closed_) return;
  call_.reset();
  if (end != voice::CallEnd::caller_hung_up) {
    out_.clear();
    append_frame(out_, Kind::hang_up, {});
    send(out_);
  }
  // Asterisk closes as soon as it has read that; what it still says is not listened to.
  boost::system::error_code ignored;
  socket_.shutdown(boost::asio::socket_base::shutdown_send, ignored);
  timer_.expires_after(lingering_max);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error) self->close();
  });
}

void Connection::close() {
  if (is_closed_) return;
  is_closed_ = true;
  auto self = shared_from_this();
  loop_.connections.erase(this);
  timer_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (auto call = std::exchange(call_, nullptr)) call->end(voice::CallEnd::caller_hung_up);
}

}  // namespace aiva::audiosocket
