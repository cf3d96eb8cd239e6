#include "adapters/mysql/internal/positions.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace aiva::mysql {
namespace {

constexpr std::size_t streams_max = 8;  // one, and one more after each failover

}  // namespace

void Positions::note(std::string_view transaction) {
  bool is_mysql = transaction.find(':') != std::string_view::npos;
  auto end_of_name = transaction.find(is_mysql ? ':' : '-');
  auto start = transaction.find_last_of(is_mysql ? ':' : '-');
  if (start == std::string_view::npos) return;
  Stream seen;
  seen.name = transaction.substr(0, end_of_name);
  auto digits = transaction.substr(start + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), seen.sequence);
  seen.text = is_mysql ? seen.name + ":1-" + std::string(digits) : std::string(transaction);

  std::lock_guard lock(mutex_);
  auto known = std::ranges::find(streams_, seen.name, &Stream::name);
  if (known != streams_.end()) {
    // Commits of several threads may come here in another order than they were made in.
    if (known->sequence >= seen.sequence) return;
    streams_.erase(known);
  }
  if (streams_.size() == streams_max) streams_.erase(streams_.begin());
  streams_.push_back(std::move(seen));
  ++number_;
}

Positions::Place Positions::latest() const {
  std::lock_guard lock(mutex_);
  Place place{.number = number_};
  for (const auto& stream : streams_) {
    if (!place.text.empty()) place.text += ',';
    place.text += stream.text;
  }
  return place;
}

}  // namespace aiva::mysql
