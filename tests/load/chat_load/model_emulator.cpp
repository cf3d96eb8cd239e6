#include "load/chat_load/model_emulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aiva::load {
namespace {

using std::chrono::steady_clock;

constexpr int sleep_ms_max = 100;
constexpr std::string_view head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view event_head =
    R"(data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini",)";
constexpr std::array words = {"refunds ", "are ", "paid ",     "within ",  "fourteen ", "days ",
                              "of ",      "the ", "return's ", "arrival ", "with ",     "us "};

std::string chunk(std::string_view text) {
  return fmt::format("{:x}\r\n{}\r\n", text.size(), text);
}

std::string event(std::string_view rest) { return fmt::format("{}{}}}\n\n", event_head, rest); }

std::string word_event(std::string_view word) {
  return chunk(event(fmt::format(
      R"("choices":[{{"index":0,"delta":{{"content":"{}"}},"finish_reason":null}}])", word)));
}

std::string first_event(Instant asked_at) {
  std::chrono::nanoseconds took = steady_clock::now() - asked_at;
  return word_event(fmt::format("own{} ", took.count()));
}

std::string word_event(int number) {
  return word_event(words[static_cast<std::size_t>(number) % words.size()]);
}

const std::string& last_events() {
  static const std::string text =
      chunk(event(R"("choices":[{"index":0,"delta":{},"finish_reason":"stop"}])")) +
      chunk(event(R"("choices":[],"usage":{"prompt_tokens":300,"completion_tokens":12,)"
                  R"("total_tokens":312})")) +
      chunk("data: [DONE]\n\n") + "0\r\n\r\n";
  return text;
}

std::string whole_answer(const ModelPace& pace, Instant asked_at) {
  auto text = std::string(head) + first_event(asked_at);
  for (int number = 1; number < pace.words; ++number) text += word_event(number);
  return text + last_events();
}

void watch(const Descriptor& poll, const Descriptor& socket) {
  epoll_event wanted{.events = EPOLLIN, .data = {.fd = socket.get()}};
  epoll_ctl(poll.get(), EPOLL_CTL_ADD, socket.get(), &wanted);
}

}  // namespace

ModelEmulator::ModelEmulator()
    : listener_(listen_on_any_port(port_)), poll_(epoll_create1(EPOLL_CLOEXEC)) {
  watch(poll_, listener_);
  thread_ = std::thread([this] { run(); });
}

ModelEmulator::~ModelEmulator() {
  is_over_ = true;
  thread_.join();
}

std::string ModelEmulator::url() const { return fmt::format("http://127.0.0.1:{}/v1", port_); }

void ModelEmulator::set_pace(ModelPace pace) {
  std::lock_guard lock(mutex_);
  pace_ = pace;
}

void ModelEmulator::run() {
  std::array<epoll_event, 256> events{};
  while (!is_over_) {
    cpu_seconds_ = cpu_seconds_of_this_thread();
    int count = epoll_wait(poll_.get(), events.data(), static_cast<int>(events.size()),
                           milliseconds_to_wait());
    for (int i = 0; i < count; ++i) {
      int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket == listener_.get())
        admit();
      else if (auto found = peers_.find(socket); found != peers_.end())
        hear(*found->second);
    }
    speak();
  }
}

int ModelEmulator::milliseconds_to_wait() const {
  if (due_.empty()) return sleep_ms_max;
  auto wait = std::chrono::ceil<std::chrono::milliseconds>(due_.top().at - steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(wait.count(), 0, sleep_ms_max));
}

void ModelEmulator::admit() {
  for (;;) {
    auto peer =
        std::make_unique<Peer>(Peer{.socket = accept_from(listener_), .number = ++next_number_});
    if (!peer->socket.is_open()) return;
    ++connections_;
    watch(poll_, peer->socket);
    peers_[peer->socket.get()] = std::move(peer);
  }
}

void ModelEmulator::forget(int socket) { peers_.erase(socket); }

void ModelEmulator::hear(Peer& peer) {
  if (!receive(peer.socket, peer.input)) return forget(peer.socket.get());
  auto length = length_of_request(peer.input);
  if (length == 0) return;
  peer.input.erase(0, length);
  answer(peer);
}

void ModelEmulator::answer(Peer& peer) {
  peer.asked_at = steady_clock::now();
  peer.word = 0;
  peer.pace = next_pace();
  ++answers_;
  const auto& pace = peer.pace;
  if (pace.first_word.count() == 0 && pace.between.count() == 0) {
    if (!send_whole(peer.socket, whole_answer(pace, peer.asked_at))) forget(peer.socket.get());
    return;
  }
  due_.push(
      {.at = peer.asked_at + pace.first_word, .socket = peer.socket.get(), .peer = peer.number});
}

ModelPace ModelEmulator::next_pace() {
  std::uniform_real_distribution<double> factors(0.5, 1.5);
  auto first = factors(random_);
  auto between = factors(random_);
  std::lock_guard lock(mutex_);
  auto pace = pace_;
  pace.first_word = std::chrono::round<std::chrono::microseconds>(pace.first_word * first);
  pace.between = std::chrono::round<std::chrono::microseconds>(pace.between * between);
  return pace;
}

void ModelEmulator::speak() {
  auto now = steady_clock::now();
  while (!due_.empty() && due_.top().at <= now) {
    auto due = due_.top();
    due_.pop();
    auto found = peers_.find(due.socket);
    if (found != peers_.end() && found->second->number == due.peer) say_word(*found->second);
  }
}

void ModelEmulator::say_word(Peer& peer) {
  const auto& pace = peer.pace;
  std::string text;
  if (peer.word == 0) text = std::string(head) + first_event(peer.asked_at);
  if (peer.word > 0 && peer.word < pace.words) text = word_event(peer.word);
  bool is_last = ++peer.word > pace.words;
  if (is_last) text = last_events();
  if (!send_whole(peer.socket, text)) return forget(peer.socket.get());
  if (is_last) return;
  auto at = peer.asked_at + pace.first_word + pace.between * peer.word;
  due_.push({.at = at, .socket = peer.socket.get(), .peer = peer.number});
}

}  // namespace aiva::load
