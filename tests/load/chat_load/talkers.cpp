#include "load/chat_load/talkers.h"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace aiva::load {
namespace {

using std::chrono::steady_clock;

constexpr int sleep_ms_max = 5;
constexpr std::size_t failures_kept = 3;
constexpr std::size_t failure_bytes = 200;  // of an answer, its end
// A client that hears nothing for so long gives up.
constexpr std::chrono::seconds patience{120};

double milliseconds(std::chrono::nanoseconds span) {
  return static_cast<double>(span.count()) / 1e6;
}

std::string describe(const AnswerReader& answer) {
  const auto& body = answer.body();
  auto start = body.size() - std::min(body.size(), failure_bytes);
  return fmt::format("{} {}", answer.status(), body.substr(start));
}

}  // namespace

Talkers::Talkers(TalkPlan plan)
    : plan_(std::move(plan)),
      poll_(epoll_create1(EPOLL_CLOEXEC)),
      talkers_(plan_.sessions.size()) {}

TalkFigures Talkers::run() {
  auto cpu_before = cpu_seconds_of_this_thread();
  began_ = steady_clock::now();
  std::array<epoll_event, 256> events{};
  while (!is_ended_ && (begun_ < talkers_.size() || talking_ > 0)) {
    begin_due();
    int count =
        epoll_wait(poll_.get(), events.data(), static_cast<int>(events.size()), sleep_ms_max);
    for (int i = 0; i < count && !is_ended_; ++i)
      hear(static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64));
    if (steady_clock::now() > began_ + plan_.time + patience) {
      figures_.failures.emplace_back("clients waited in vain");
      break;
    }
  }
  std::chrono::duration<double> took = steady_clock::now() - began_;
  figures_.seconds = took.count();
  figures_.cpu_seconds = cpu_seconds_of_this_thread() - cpu_before;
  talkers_.clear();
  return std::move(figures_);
}

bool Talkers::is_time_over() const { return steady_clock::now() >= began_ + plan_.time; }

void Talkers::begin_due() {
  auto now = steady_clock::now();
  while (begun_ < talkers_.size() && began_ + plan_.spread * begun_ / talkers_.size() <= now) {
    auto& talker = talkers_[begun_];
    talker.socket = connect_to(plan_.port);
    epoll_event wanted{.events = EPOLLIN, .data = {.u64 = begun_}};
    epoll_ctl(poll_.get(), EPOLL_CTL_ADD, talker.socket.get(), &wanted);
    ++talking_;
    ask(begun_++);
  }
}

void Talkers::ask(std::size_t index) {
  auto& talker = talkers_[index];
  // No two questions are the same, so that nobody has an answer ready.
  auto body =
      fmt::format(R"({{"content":"When is the refund of order {} paid?","stream":{}}})",
                  figures_.turns * 10'000 + static_cast<std::int64_t>(index), plan_.is_stream);
  auto request = fmt::format(
      "POST /api/chat/{}/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      plan_.sessions[index], plan_.token, body.size(), body);
  talker.answer.restart();
  talker.has_heard = false;
  talker.sent_at = steady_clock::now();
  if (!send_whole(talker.socket, request)) fail(talker, "the connection is closed");
}

void Talkers::hear(std::size_t index) {
  auto& talker = talkers_[index];
  if (talker.is_over) return;
  piece_.clear();
  if (!receive(talker.socket, piece_)) return fail(talker, "the connection is closed");
  talker.answer.add(piece_);
  if (plan_.is_stream && !talker.has_heard) note_first_words(talker);
  if (talker.answer.is_complete()) end_turn(index);
}

void Talkers::note_first_words(Talker& talker) {
  constexpr std::string_view mark = R"("text":"own)";
  std::string_view body = talker.answer.body();
  auto start = body.find(mark);
  if (start == std::string_view::npos) return;
  auto text = body.substr(start + mark.size());
  std::int64_t own_ns = 0;
  std::from_chars(text.data(), text.data() + text.size(), own_ns);
  auto added = steady_clock::now() - talker.sent_at - std::chrono::nanoseconds(own_ns);
  figures_.added_ms.push_back(milliseconds(added));
  talker.has_heard = true;
  bool do_all_listen = ++listening_ == talkers_.size();
  if (!do_all_listen || !plan_.when_all_listen) return;
  plan_.when_all_listen();
  is_ended_ = true;
}

void Talkers::end_turn(std::size_t index) {
  auto& talker = talkers_[index];
  if (talker.has_heard) --listening_;
  bool is_whole = !plan_.is_stream || talker.answer.body().find("event: done") != std::string::npos;
  if (talker.answer.status() != 200 || !is_whole || (plan_.is_stream && !talker.has_heard))
    return fail(talker, describe(talker.answer));
  ++figures_.turns;
  figures_.turn_ms.push_back(milliseconds(steady_clock::now() - talker.sent_at));
  if (is_time_over()) return leave(talker);
  ask(index);
}

void Talkers::leave(Talker& talker) {
  talker.is_over = true;
  talker.socket = Descriptor();
  --talking_;
}

void Talkers::fail(Talker& talker, std::string why) {
  if (figures_.failures.size() < failures_kept) figures_.failures.push_back(std::move(why));
  leave(talker);
}

}  // namespace aiva::load
