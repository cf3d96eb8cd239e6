#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "faces/load/internal/request_writer.h"
#include "faces/load/internal/samples.h"
#include "faces/load/internal/stage.h"
#include "faces/load/internal/wire.h"

namespace aiva::load {

// What all clients of a load know together. On one thread.
struct Shared {
  const Stage& stage;
  RequestWriter writer;
  std::deque<std::string> documents{};  // the newest uploads; statuses are asked of them
  std::vector<std::string> sessions{};  // all that were opened, to be removed
  std::uint64_t uploads = 0;
};

// One virtual user, or in the open model one connection: what it says, and to which session.
class Client {
 public:
  Client(asio::io_context& loop, const Endpoints& endpoints, Shared& shared, std::uint64_t seed);

  [[nodiscard]] Random& random() { return random_; }
  [[nodiscard]] bool has_session() const { return !session_.empty(); }
  // Does one operation, which is no message without a session. The outcome says also whether the
  // answer was one of that operation.
  Awaitable<Answer> perform(Operation operation, SteadyTime deadline);

  Wire wire;
  asio::steady_timer pause;  // between two operations; cancelled when all is over
  bool is_running = false;
  bool is_unreachable = false;  // nobody answered the last time

 private:
  [[nodiscard]] std::string request_of(Operation operation);
  [[nodiscard]] std::string message();
  [[nodiscard]] std::string search(std::string_view path);
  [[nodiscard]] std::string status_path();
  void learn(Operation operation, Answer& answer);

  Shared& shared_;
  Random random_;
  std::string session_;
  int messages_ = 0;  // in this session
};

}  // namespace aiva::load
