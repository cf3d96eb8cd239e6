#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace aiva {

// Values by text key in the order of their last use, bounded by bytes. Not thread-safe.
template <class Value>
class LruTable {
 public:
  explicit LruTable(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // The value under `key`, now the most recently used; null when there is none. Valid until the
  // next call.
  Value* find(std::string_view key) {
    auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return &found->second->value;
  }

  // Puts a value of `value_bytes` in place of any other under `key` and drops the least recently
  // used ones until all fit. One that can never fit is not kept.
  void put(std::string key, Value value, std::size_t value_bytes) {
    erase(key);
    std::size_t bytes = key.size() + value_bytes + entry_overhead_bytes;
    if (bytes > bytes_max_) return;
    while (bytes_ + bytes > bytes_max_) drop(std::prev(order_.end()));
    order_.push_front(Entry{.key = std::move(key), .value = std::move(value), .bytes = bytes});
    index_.emplace(order_.front().key, order_.begin());
    bytes_ += bytes;
  }

  void erase(std::string_view key) {
    if (auto found = index_.find(key); found != index_.end()) drop(found->second);
  }

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  // List node, hash node and bucket, measured with glibc's allocator.
  static constexpr std::size_t entry_overhead_bytes = 160;
  struct Entry {
    std::string key;
    Value value;
    std::size_t bytes;
  };
  using Order = std::list<Entry>;

  void drop(typename Order::iterator entry) {
    bytes_ -= entry->bytes;
    index_.erase(entry->key);
    order_.erase(entry);
  }

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  Order order_;
  std::unordered_map<std::string_view, typename Order::iterator> index_;
};

}  // namespace aiva
