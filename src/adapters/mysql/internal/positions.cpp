#include "adapters/mysql/internal/positions.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace aiva::mysql {
namespace {

constexpr std::size_t streams_max = 8;  // one, and one more after each failover

}  // namespace

bool Streams::note(std::string_view transaction) {
  bool is_mysql = transaction.find(':') != std::string_view::npos;
  auto end_of_name = transaction.find(is_mysql ? ':' : '-');
  auto start = transaction.find_last_of(is_mysql ? ':' : '-');
  if (start == std::string_view::npos) return false;
  Stream seen;
  seen.name = transaction.substr(0, end_of_name);
  auto digits = transaction.substr(start + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), seen.sequence);
  seen.text = is_mysql ? seen.name + ":1-" + std::string(digits) : std::string(transaction);
  return note(std::move(seen));
}

void Streams::note(const Streams& others) {
  for (const auto& stream : others.streams_) note(stream);
}

bool Streams::note(Stream seen) {
  auto known = std::ranges::find(streams_, seen.name, &Stream::name);
  if (known != streams_.end()) {
    // Commits of several threads may come here in another order than they were made in.
    if (known->sequence >= seen.sequence) return false;
    streams_.erase(known);
  }
  if (streams_.size() == streams_max) streams_.erase(streams_.begin());
  streams_.push_back(std::move(seen));
  return true;
}

std::string Streams::text() const {
  std::string text;
  for (const auto& stream : streams_) text.append(text.empty() ? "" : ",").append(stream.text);
  return text;
}

void Positions::note(std::string_view transaction) {
  std::lock_guard lock(mutex_);
  if (streams_.note(transaction)) ++number_;
}

Positions::Place Positions::latest() const {
  std::lock_guard lock(mutex_);
  return {.number = number_, .text = streams_.text()};
}

}  // namespace aiva::mysql
