#include "faces/rtp/internal/call_port.h"

#include <utility>

#include "foundation/log.h"

namespace aiva::rtp {
namespace {

constexpr int batches_max = 2;  // at a time; the rest waits for the other calls
// Whom we were told of may say nothing until it is spoken to; its stream usually begins at once.
constexpr std::chrono::milliseconds peer_waiting_max{500};

}  // namespace

CallPort::CallPort(Core& core, Loop& loop, UdpSocket socket, Awaited awaited, Free free)
    : core_(core),
      loop_(loop),
      socket_(std::move(socket)),
      readable_(loop.io),
      timer_(loop.io),
      awaited_(std::move(awaited)),
      free_(std::move(free)) {}

CallPort::~CallPort() {
  if (readable_.is_open()) readable_.release();
}

void CallPort::begin() {
  std::weak_ptr<CallPort> weak = weak_from_this();
  leg_ =
      std::make_shared<RtpLeg>(core_, loop_, true,
                               RtpLeg::Hooks{.send =
                                                 [weak](const Endpoint& to, RtpLeg::Bytes bytes) {
                                                   auto self = weak.lock();
                                                   return self && self->socket_.send(to, bytes);
                                                 },
                                             .before_beat =
                                                 [weak] {
                                                   if (auto self = weak.lock()) self->read();
                                                 },
                                             .over =
                                                 [weak](voice::CallEnd, std::string_view) {
                                                   if (auto self = weak.lock()) self->linger();
                                                 }});
  boost::system::error_code error;
  readable_.assign(socket_.descriptor(), error);
  if (error) return linger();
  bool has_peer = expect_peer();
  timer_.expires_after(has_peer ? peer_waiting_max : core_.options.waiting_max);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (cancelled || self->is_closed_ || self->is_begun_ || !self->leg_) return;
    if (self->leg_->has_sender()) return self->start_call();
    log::info("The audio of an announced call did not come",
              {{"call", self->awaited_.call.id.to_string()}, {"port", self->socket_.port()}});
    self->linger();
  });
  wait();
}

bool CallPort::expect_peer() {
  const auto& peer = awaited_.peer;
  if (!peer || peer->port == 0) return false;
  auto address = IpAddress::parse(peer->address);
  bool may_send = address && (core_.allowed.is_empty() || core_.allowed.contains(*address));
  if (may_send && leg_->expect({*address, peer->port}, peer->format)) return true;
  log::warn("A telephone system's end of a call is not spoken to before it sends",
            {{"call", awaited_.call.id.to_string()}, {"address", peer->address}});
  return false;
}

void CallPort::wait() {
  readable_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                       [self = shared_from_this()](const boost::system::error_code& error) {
                         if (error || self->is_closed_ || self->is_begun_ || !self->leg_) return;
                         self->read();
                         if (!self->leg_->has_sender()) return self->wait();
                         self->start_call();
                       });
}

void CallPort::read() {
  for (int batches = 0; batches < batches_max && leg_; ++batches) {
    auto datagrams = socket_.receive(loop_.batch);
    for (const auto& datagram : datagrams)
      if (auto packet = core_.admit(datagram)) leg_->take(datagram, *packet);
    if (datagrams.size() < ReceiveBatch::datagrams_max) break;
  }
  if (leg_ && socket_.has_refusals())
    socket_.take_refusals([this](const Endpoint& by) { leg_->note_refusal(by); });
}

// From now on the socket is looked at with every frame: the loop need not be woken for each packet.
void CallPort::start_call() {
  is_begun_ = true;
  readable_.release();
  timer_.cancel();
  leg_->begin_playing();
  loop_.run("A call by RTP could not be answered", answer());
}

Task<void> CallPort::answer() {
  auto self = shared_from_this();
  auto leg = leg_;
  auto answered = co_await leg->answer(awaited_.call);
  if (answered) co_return;
  log::failure("A call by RTP was refused", {.tenant = awaited_.call.tenant}, answered.error());
  if (!is_closed_) linger();
}

void CallPort::hang_up() {
  if (is_closed_ || !leg_) return;
  auto leg = leg_;  // which lets go of us
  leg->end(voice::CallEnd::caller_hung_up);
  linger();
}

void CallPort::linger() {
  if (is_closed_) return;
  if (readable_.is_open()) readable_.release();
  // The leg may be what calls.
  loop_.post([leg = std::exchange(leg_, nullptr)] {});
  socket_.receive(loop_.batch);
  look_whether_quiet();
}

void CallPort::look_whether_quiet() {
  timer_.expires_after(core_.options.quiet_time);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (error || self->is_closed_) return;
    bool is_quiet = true;
    // As many as the system keeps of a busy sender.
    for (int batches = 0; batches < 16 && !self->socket_.receive(self->loop_.batch).empty();
         ++batches)
      is_quiet = false;
    if (!is_quiet) return self->look_whether_quiet();
    self->is_closed_ = true;
    self->free_(self);
  });
}

void CallPort::close() {
  if (std::exchange(is_closed_, true)) return;
  if (readable_.is_open()) readable_.release();
  timer_.cancel();
  if (auto leg = std::exchange(leg_, nullptr)) leg->end(voice::CallEnd::shutdown);
}

}  // namespace aiva::rtp
