#include "adapters/mysql/internal/news.h"

#include <algorithm>
#include <utility>

#include "foundation/crypto.h"

namespace aiva::mysql {
namespace {

using std::chrono::steady_clock;

constexpr const char* topic = "rows";
constexpr std::size_t tenants_max = 10'000;
constexpr std::size_t own_bytes = 9;
constexpr std::size_t id_length = 36;
constexpr std::size_t transaction_length_max = 80;

// "0-1-42" or "UUID:42", and nothing that a statement could be made of.
bool is_transaction(std::string_view text) {
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  auto is_of_name = [&](char c) {
    return is_digit(c) || c == '-' || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  if (text.empty() || text.size() > transaction_length_max) return false;
  auto colon = text.find(':');
  auto last = colon == std::string_view::npos ? text.rfind('-') : colon;
  if (last == std::string_view::npos || last == 0 || last + 1 == text.size()) return false;
  auto name = text.substr(0, last);
  if (!std::ranges::all_of(text.substr(last + 1), is_digit)) return false;
  if (colon != std::string_view::npos)
    return name.size() == id_length && std::ranges::all_of(name, is_of_name);
  auto first = name.find('-');
  return first != std::string_view::npos && first > 0 && first + 1 < name.size() &&
         std::ranges::all_of(name.substr(0, first), is_digit) &&
         std::ranges::all_of(name.substr(first + 1), is_digit);
}

}  // namespace

void HeardPositions::note(TenantId tenant, std::string_view transaction, Instant now) {
  std::lock_guard lock(mutex_);
  if (entries_.size() >= tenants_max && !entries_.contains(tenant))
    std::erase_if(entries_, [now](const auto& entry) { return entry.second.until <= now; });
  if (entries_.size() >= tenants_max && !entries_.contains(tenant)) {
    unknown_until_ = now + kept_;
    return;
  }
  auto& entry = entries_[tenant];
  if (entry.until <= now) entry.streams = {};
  entry.streams.note(transaction);
  entry.until = now + kept_;
}

void HeardPositions::note_unknown(Instant now) {
  std::lock_guard lock(mutex_);
  unknown_until_ = now + kept_;
}

HeardPositions::Wanted HeardPositions::wanted(TenantId tenant, Instant now) const {
  std::lock_guard lock(mutex_);
  if (unknown_until_ > now) return {.is_unknown = true};
  Streams streams;
  for (auto whose : {TenantId{}, tenant}) {
    auto entry = entries_.find(whose);
    if (entry != entries_.end() && entry->second.until > now) streams.note(entry->second.streams);
  }
  return {.text = streams.text()};
}

News::News(Signals& signals, std::chrono::milliseconds kept)
    : signals_(signals),
      own_(random_token(own_bytes)),
      heard_(kept),
      hearing_(signals.subscribe(topic, [this](std::string_view payload) { hear(payload); })) {}

void News::tell(TenantId tenant, const std::string& transaction) {
  if (transaction.empty()) return;
  signals_.publish(topic, own_ + " " + tenant.to_string() + " " + transaction);
}

HeardPositions::Wanted News::wanted(TenantId tenant) const {
  return heard_.wanted(tenant, steady_clock::now());
}

// "WHO TENANT TRANSACTION".
void News::hear(std::string_view payload) {
  auto now = steady_clock::now();
  auto end = payload.find(' ');
  if (end != std::string_view::npos && payload.substr(0, end) == own_) return;
  auto rest = end == std::string_view::npos ? std::string_view() : payload.substr(end + 1);
  auto tenant = TenantId::parse(rest.substr(0, id_length));
  bool is_whole = tenant && rest.size() > id_length && rest[id_length] == ' ' &&
                  is_transaction(rest.substr(id_length + 1));
  if (is_whole)
    heard_.note(*tenant, rest.substr(id_length + 1), now);
  else
    heard_.note_unknown(now);
}

}  // namespace aiva::mysql
