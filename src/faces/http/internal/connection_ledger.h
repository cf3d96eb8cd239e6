#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace aiva::http {

// Counts open connections, in all and per client, and admits no more than allowed. Any thread.
class ConnectionLedger {
 public:
  ConnectionLedger(std::size_t connections_max, std::size_t per_client_max)
      : connections_max_(connections_max), per_client_max_(per_client_max) {}

  // Takes a place, or says false. A trusted proxy may take all places.
  bool admit(const std::string& client, bool is_trusted);
  void release(const std::string& client);
  [[nodiscard]] std::size_t count() const;
  // Whether all connections ended within `patience`.
  bool wait_until_empty(std::chrono::milliseconds patience);

 private:
  std::size_t connections_max_;
  std::size_t per_client_max_;
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  std::size_t total_ = 0;
  std::unordered_map<std::string, std::size_t> clients_;
};

}  // namespace aiva::http
