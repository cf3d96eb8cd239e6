#include "faces/http/internal/io_thread.h"

#include <pthread.h>

#include <bit>
#include <boost/asio/post.hpp>
#include <ctime>
#include <span>

#include "foundation/crypto.h"

namespace aiva::http {
namespace {

thread_local const IoThread* current_thread = nullptr;

}  // namespace

IoThread::IoThread(int number, std::chrono::milliseconds tick) : number_(number), tick_(tick) {
  random_bytes({reinterpret_cast<std::uint8_t*>(random_state_.data()), sizeof random_state_});
  refresh_date();
}

IoThread::~IoThread() { stop(); }

void IoThread::start() {
  wait_for_tick();
  thread_ = std::thread([this] { run(); });
}

void IoThread::stop() {
  if (!thread_.joinable()) return;
  work_.reset();
  context_.stop();
  thread_.join();
}

void IoThread::post(Work work) { asio::post(context_, std::move(work)); }

bool IoThread::is_current() const { return current_thread == this; }

void IoThread::run() {
  current_thread = this;
  auto name = "http-" + std::to_string(number_);
  pthread_setname_np(pthread_self(), name.c_str());
  context_.run();
}

void IoThread::attend(Attended& attended) {
  attended.place_ = attended_.size();
  attended_.push_back(&attended);
}

void IoThread::leave(Attended& attended) {
  attended_.back()->place_ = attended.place_;
  attended_[attended.place_] = attended_.back();
  attended_.pop_back();
}

// Whoever is told something may leave at once, so the list is copied and everyone kept alive.
std::vector<std::shared_ptr<Attended>> IoThread::everyone() {
  std::vector<std::shared_ptr<Attended>> all;
  all.reserve(attended_.size());
  for (auto* attended : attended_) all.push_back(attended->shared_from_this());
  return all;
}

void IoThread::drain_all() {
  for (const auto& attended : everyone()) attended->on_drain();
}

void IoThread::abort_all() {
  for (const auto& attended : everyone()) attended->on_abort();
}

void IoThread::wait_for_tick() {
  timer_.expires_after(tick_);
  timer_.async_wait([this](SystemError error) {
    if (error) return;
    refresh_date();
    auto now = std::chrono::steady_clock::now();
    for (const auto& attended : everyone()) attended->on_tick(now);
    wait_for_tick();
  });
}

void IoThread::refresh_date() {
  std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[64];
  auto length = std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
  date_header_.assign(text, length);
}

std::uint64_t IoThread::random() {
  auto& s = random_state_;
  auto result = std::rotl(s[1] * 5, 7) * 9;
  auto shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = std::rotl(s[3], 45);
  return result;
}

}  // namespace aiva::http
