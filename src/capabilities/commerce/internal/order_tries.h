#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

#include "foundation/ids.h"
#include "ports/clock.h"

namespace aiva::commerce {

// How often orders may be asked for: so that nobody finds out an order's e-mail address, or which
// numbers there are, by trying. Any thread.
class OrderTries {
 public:
  static constexpr int per_conversation_max = 5;
  static constexpr int per_order_max = 20;  // from whatever conversations
  static constexpr std::chrono::minutes window{60};

  // The clock is borrowed.
  explicit OrderTries(const Clock& clock) : clock_(clock) {}

  // Counts a try; whether there was one left. `asker` names the conversation.
  bool take(TenantId tenant, const std::string& asker, const std::string& number);

 private:
  struct Tries {
    int count = 0;
    std::chrono::steady_clock::time_point begun_at{};
  };
  static constexpr std::size_t entries_max = 100'000;

  bool count(const std::string& key, int most);
  void forget_old();

  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Tries> tries_;
};

}  // namespace aiva::commerce
