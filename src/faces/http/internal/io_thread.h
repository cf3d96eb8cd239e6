#pragma once

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "faces/http/internal/asio_types.h"
#include "faces/http/internal/deflater.h"
#include "foundation/executor.h"

namespace aiva::http {

using SteadyTime = std::chrono::steady_clock::time_point;

// Something an IoThread looks after: it hears a coarse clock instead of having timers of its own.
class Attended : public std::enable_shared_from_this<Attended> {
 public:
  virtual ~Attended() = default;
  virtual void on_tick(SteadyTime now) = 0;
  // The server drains: finish what runs, start nothing new.
  virtual void on_drain() = 0;
  // The patience is over: give up what runs.
  virtual void on_abort() = 0;

 private:
  friend class IoThread;
  std::size_t place_ = 0;
};

// One event loop with one thread: everything of a connection happens on one of them.
class IoThread final : public Executor {
 public:
  IoThread(int number, std::chrono::milliseconds tick);
  ~IoThread() override;
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  void start();
  // Ends the loop; nothing may be attended any more.
  void stop();
  void post(Work work) override;
  [[nodiscard]] bool is_current() const;
  [[nodiscard]] IoExecutor executor() { return context_.get_executor(); }

  // The following only on the thread itself.
  void attend(Attended& attended);
  void leave(Attended& attended);
  void drain_all();
  void abort_all();
  // "Date: …\r\n" of this second.
  [[nodiscard]] std::string_view date_header() const { return date_header_; }
  Deflater& deflater() { return deflater_; }
  // Random bits for ids (xoshiro256**); not for secrets.
  std::uint64_t random();

 private:
  void run();
  void wait_for_tick();
  void refresh_date();
  [[nodiscard]] std::vector<std::shared_ptr<Attended>> everyone();

  int number_;
  std::chrono::milliseconds tick_;
  asio::io_context context_{1};
  asio::executor_work_guard<IoExecutor> work_{context_.get_executor()};
  asio::steady_timer timer_{context_};
  std::vector<Attended*> attended_;
  std::string date_header_;
  std::array<std::uint64_t, 4> random_state_{};
  Deflater deflater_;
  std::thread thread_;
};

// Awaitable that continues on `thread`; free of charge when already there.
class ContinueOn {
 public:
  explicit ContinueOn(IoThread& thread) : thread_(thread) {}
  [[nodiscard]] bool await_ready() const noexcept { return thread_.is_current(); }
  void await_suspend(std::coroutine_handle<> awaiting) {
    thread_.post([awaiting] { awaiting.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  IoThread& thread_;
};

// Awaitable that lets everything already queued on `thread` run first. Only on the thread itself.
class YieldOn {
 public:
  explicit YieldOn(IoThread& thread) : thread_(thread) {}
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    thread_.post([awaiting] { awaiting.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  IoThread& thread_;
};

}  // namespace aiva::http
