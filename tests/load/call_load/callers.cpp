#include "load/call_load/callers.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "audio/rtp_packet.h"

namespace aiva::load {
namespace {

constexpr std::chrono::milliseconds frame_time{20};
constexpr std::size_t phases = 20;  // the callers are spread over the time of a frame
constexpr std::chrono::milliseconds tick_time = frame_time / phases;
constexpr std::size_t header_bytes = 3;
constexpr char kind_hang_up = 0x00;
constexpr char kind_id = 0x01;
constexpr char kind_audio = 0x10;
constexpr char mu_law_silence = '\xFF';
constexpr std::uint64_t timer_mark = ~std::uint64_t{0};

std::string frame_of(char kind, std::string_view payload) {
  std::string frame;
  frame += kind;
  frame += static_cast<char>(payload.size() >> 8U);
  frame += static_cast<char>(payload.size() & 0xFFU);
  frame += payload;
  return frame;
}

// A socket whose packets go to that port of this machine.
Descriptor send_packets_to(std::uint16_t port) {
  Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    throw std::system_error(errno, std::generic_category(), "connect");
  return socket;
}

std::size_t size_of(std::string_view header) {
  return header_bytes + (std::size_t{static_cast<std::uint8_t>(header[1])} << 8U |
                         static_cast<std::uint8_t>(header[2]));
}

}  // namespace

Callers::Callers(CallPlan plan, Crossings& crossings)
    : plan_(std::move(plan)),
      crossings_(crossings),
      poll_(epoll_create1(EPOLL_CLOEXEC)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      callers_(plan_.at_a_time) {}

CallFigures Callers::run() {
  epoll_event wanted{.events = EPOLLIN, .data = {.u64 = timer_mark}};
  epoll_ctl(poll_.get(), EPOLL_CTL_ADD, timer_.get(), &wanted);
  itimerspec every{};
  every.it_interval.tv_nsec = std::chrono::nanoseconds(tick_time).count();
  every.it_value = every.it_interval;
  timerfd_settime(timer_.get(), 0, &every, nullptr);
  due_ = Clock::now() + tick_time;
  begin_at_ = due_;

  std::array<epoll_event, 512> events{};
  while (!is_over()) {
    int count = epoll_wait(poll_.get(), events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < count; ++i) {
      auto what = events[static_cast<std::size_t>(i)].data.u64;
      if (what == timer_mark)
        tick();
      else
        hear(what);
    }
  }
  for (auto& caller : callers_) end(caller);
  return std::move(figures_);
}

bool Callers::is_over() const {
  if (plan_.lasts.count() == 0) return is_measured_;
  return next_session_ == plan_.sessions.size() && talking_ == 0;
}

void Callers::tick() {
  std::uint64_t passed = 0;
  if (read(timer_.get(), &passed, sizeof passed) < 0) return;
  for (; passed > 0; --passed) {
    auto now = Clock::now();
    if (is_measuring_) figures_.own_lateness.add(now - due_);
    due_ += tick_time;
    begin_due(now);
    for (std::size_t index = phase_; index < callers_.size(); index += phases) {
      auto& caller = callers_[index];
      if (caller.socket.is_open() && now >= caller.ends_at) end(caller);
      if (caller.socket.is_open()) speak(index);
    }
    phase_ = (phase_ + 1) % phases;
    if (is_measured_ || plan_.lasts.count() > 0) continue;
    if (!is_measuring_ && now >= measure_from_) begin_measuring();
    if (is_measuring_ && now >= measure_from_ + plan_.measure) end_measuring();
  }
}

void Callers::begin_due(Clock::time_point now) {
  while (next_session_ < plan_.sessions.size() && talking_ < callers_.size() && now >= begin_at_) {
    begin_at_ = std::max(begin_at_ + plan_.begin_every, now - tick_time);
    auto free = std::ranges::find_if(callers_, [](const Caller& c) { return !c.socket.is_open(); });
    begin(static_cast<std::size_t>(free - callers_.begin()));
    if (next_session_ == plan_.sessions.size() && plan_.lasts.count() == 0)
      measure_from_ = now + plan_.settle;
  }
}

void Callers::begin(std::size_t index) {
  auto& caller = callers_[index];
  const auto& call = plan_.sessions[next_session_++];
  bool is_rtp = plan_.line == Line::rtp;
  caller = Caller{.socket = is_rtp ? send_packets_to(call.port) : connect_to(call.port)};
  if (plan_.lasts.count() > 0) {
    auto share = static_cast<int>(next_session_ * 7919 % 1000);  // any order will do
    caller.ends_at = Clock::now() + plan_.lasts / 2 + plan_.lasts * share / 1000;
  }
  epoll_event wanted{.events = EPOLLIN, .data = {.u64 = index}};
  epoll_ctl(poll_.get(), EPOLL_CTL_ADD, caller.socket.get(), &wanted);
  if (!is_rtp) {
    const auto& id = call.session.bytes;
    send_whole(caller.socket,
               frame_of(kind_id, {reinterpret_cast<const char*>(id.data()), id.size()}));
  }
  ++talking_;
  ++figures_.calls;
}

void Callers::end(Caller& caller) {
  if (!caller.socket.is_open()) return;
  caller = Caller();
  --talking_;
}

void Callers::speak(std::size_t index) {
  auto& caller = callers_[index];
  FrameMark mark{.caller = static_cast<std::uint32_t>(index), .number = caller.frame++ & 0x3FFFFU};
  auto frame = next_frame(
      index, plan_.is_loud ? marked_frame(mark) : std::string(frame_samples, mu_law_silence));
  if (plan_.is_loud) crossings_.frame_left(mark);
  // What AIVA does not take at once is lost, as on a line.
  auto sent = send(caller.socket.get(), frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0 && static_cast<std::size_t>(sent) < frame.size())
    send_whole(caller.socket, std::string_view(frame).substr(static_cast<std::size_t>(sent)));
}

std::string Callers::next_frame(std::size_t index, std::string_view mu_law) {
  if (plan_.line == Line::audiosocket) return frame_of(kind_audio, linear(mu_law));
  auto& caller = callers_[index];
  std::vector<std::uint8_t> packet;
  audio::append_rtp(
      {.payload_type = 0,
       .sequence = caller.sequence,
       .timestamp = static_cast<std::uint32_t>(frame_samples) * caller.sequence,
       .source = static_cast<std::uint32_t>(index) + 1,
       .payload = {reinterpret_cast<const std::uint8_t*>(mu_law.data()), mu_law.size()}},
      packet);
  ++caller.sequence;
  return {packet.begin(), packet.end()};
}

void Callers::hear(std::size_t index) {
  auto& caller = callers_[index];
  if (!caller.socket.is_open()) return;
  std::array<char, 16 * 1024> piece;
  auto count = recv(caller.socket.get(), piece.data(), piece.size(), 0);
  auto now = Clock::now();
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
    ++figures_.lost;
    return end(caller);
  }
  if (count < 0) return;
  std::string_view bytes(piece.data(), static_cast<std::size_t>(count));
  if (plan_.line == Line::rtp) return hear_packet(index, bytes);
  if (caller.rest.empty()) {
    auto taken = take_frames(index, bytes, now);
    caller.rest = bytes.substr(taken);
  } else {
    caller.rest += bytes;
    caller.rest.erase(0, take_frames(index, caller.rest, now));
  }
}

void Callers::hear_packet(std::size_t index, std::string_view packet) {
  auto read =
      audio::parse_rtp({reinterpret_cast<const std::uint8_t*>(packet.data()), packet.size()});
  if (!read) return;
  std::string_view mu_law(reinterpret_cast<const char*>(read->payload.data()),
                          read->payload.size());
  take_audio(index, read_mark(mu_law), Clock::now());
}

std::size_t Callers::take_frames(std::size_t index, std::string_view bytes, Clock::time_point now) {
  std::size_t at = 0;
  while (bytes.size() - at >= header_bytes) {
    auto size = size_of(bytes.substr(at));
    if (bytes.size() - at < size) break;
    if (bytes[at] == kind_audio)
      take_audio(index, read_linear_mark(bytes.substr(at + header_bytes, size - header_bytes)),
                 now);
    else if (bytes[at] == kind_hang_up)
      ++figures_.lost;
    at += size;
  }
  return at;
}

void Callers::take_audio(std::size_t index, std::optional<FrameMark> mark, Clock::time_point now) {
  auto& caller = callers_[index];
  auto before = std::exchange(caller.heard_at, now);
  if (!is_measuring_ || before == Clock::time_point()) return;
  ++figures_.frames;
  ++caller.frames;
  auto apart = now - before;
  figures_.apart.add(apart > frame_time ? apart - frame_time : frame_time - apart);
  if (!mark || mark->caller != index) return;
  auto left = crossings_.answer_left_at(mark->caller);
  figures_.answer.add(now - left);
  // Frames come on a grid: the first one behind the answer's leaving could have held it.
  auto could = before;
  while (could < left) could += frame_time;
  figures_.answer_unpaced.add(std::max(now - could, Clock::duration(0)));
}

void Callers::begin_measuring() {
  if (plan_.when_measuring_begins) plan_.when_measuring_begins();
  is_measuring_ = true;
  measure_from_ = Clock::now();
  cpu_before_ = cpu_seconds_of_this_thread();
}

void Callers::end_measuring() {
  std::chrono::duration<double> took = Clock::now() - measure_from_;
  is_measuring_ = false;
  is_measured_ = true;
  figures_.seconds = took.count();
  figures_.cpu_seconds = cpu_seconds_of_this_thread() - cpu_before_;
  auto expected = took / frame_time;
  for (const auto& caller : callers_) {
    if (!caller.socket.is_open()) continue;
    figures_.call_seconds += took.count();
    // One frame may be about to come.
    figures_.missing += std::max(0.0, expected - 1 - static_cast<double>(caller.frames));
  }
  if (plan_.when_measuring_ends) plan_.when_measuring_ends();
}

}  // namespace aiva::load
