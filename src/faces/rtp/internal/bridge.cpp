#include "faces/rtp/internal/bridge.h"

#include <utility>

#include "foundation/log.h"

namespace aiva::rtp {
namespace {

constexpr int batches_max = 8;  // at a time; the rest waits for the other work of the loop
constexpr std::size_t outgoing_max = 64;
constexpr std::chrono::seconds look_every{1};

}  // namespace

Bridge::Bridge(Core& core, Loop& loop, UdpSocket socket)
    : core_(core),
      loop_(loop),
      socket_(std::move(socket)),
      readable_(loop.io),
      timer_(loop.io),
      outgoing_(outgoing_max) {}

Bridge::~Bridge() {
  if (readable_.is_open()) readable_.release();
}

void Bridge::begin() {
  boost::system::error_code error;
  readable_.assign(socket_.descriptor(), error);
  if (error)
    return log::error("The bridge for RTP cannot be listened to", {{"reason", error.message()}});
  wait();
  forget_quiet_streams();
}

void Bridge::wait() {
  readable_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                       [this](const boost::system::error_code& error) {
                         if (error || is_closed_) return;
                         read();
                         wait();
                       });
}

void Bridge::read() {
  for (int batches = 0; batches < batches_max; ++batches) {
    auto datagrams = socket_.receive(loop_.batch);
    for (const auto& datagram : datagrams) take(datagram);
    if (datagrams.size() < ReceiveBatch::datagrams_max) break;
  }
  if (!socket_.has_refusals()) return;
  socket_.take_refusals([this](const Endpoint& by) {
    if (auto found = streams_.find(by); found != streams_.end()) found->second->note_refusal(by);
  });
}

void Bridge::take(const Datagram& datagram) {
  auto packet = core_.admit(datagram);
  if (!packet) return;
  if (auto stream = find_stream(datagram, *packet))
    stream->take(datagram, *packet);
  else
    core_.meters.of_no_call.add();
}

std::shared_ptr<BridgeStream> Bridge::find_stream(const Datagram& datagram,
                                                  const audio::RtpPacket& packet) {
  auto found = streams_.find(datagram.from);
  // The port of a call that is over may be another call's by now, which has an SSRC of its own.
  bool is_other_call = found != streams_.end() && found->second->is_over() &&
                       found->second->source() != packet.source;
  if (found != streams_.end() && !is_other_call) return found->second;
  if (core_.is_stopping) return nullptr;
  if (is_other_call) streams_.erase(found);
  if (streams_.size() >= core_.options.streams_max) return nullptr;
  auto stream = std::make_shared<BridgeStream>(core_, loop_, *this, datagram.from.port);
  stream->begin(packet.source);
  streams_.emplace(datagram.from, stream);
  return stream;
}

bool Bridge::send(const Endpoint& to, std::span<const std::uint8_t> bytes) {
  if (is_closed_) return false;
  if (waiting_ == outgoing_.size()) flush();
  // The calls of a beat come one after the other: what they send leaves together behind the last.
  if (waiting_ == 0) loop_.post([this] { flush(); });
  auto& next = outgoing_[waiting_++];
  next.to = to;
  next.bytes.assign(bytes.begin(), bytes.end());
  return true;
}

void Bridge::flush() {
  if (waiting_ == 0) return;
  auto untaken = socket_.send_all(std::span(outgoing_).first(std::exchange(waiting_, 0)));
  if (untaken > 0) core_.meters.not_sent.add(static_cast<double>(untaken));
}

void Bridge::forget_quiet_streams() {
  timer_.expires_after(look_every);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || is_closed_) return;
    auto quiet_since = std::chrono::steady_clock::now() - core_.options.quiet_time;
    std::erase_if(streams_, [&](const auto& entry) {
      return entry.second->is_idle() && entry.second->heard_at() < quiet_since;
    });
    forget_quiet_streams();
  });
}

void Bridge::close() {
  if (std::exchange(is_closed_, true)) return;
  timer_.cancel();
  if (readable_.is_open()) readable_.release();
  for (auto& [endpoint, stream] : streams_) stream->end(voice::CallEnd::shutdown);
  streams_.clear();
}

}  // namespace aiva::rtp
