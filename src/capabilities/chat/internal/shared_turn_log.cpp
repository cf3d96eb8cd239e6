#include "capabilities/chat/internal/shared_turn_log.h"

#include <string_view>
#include <utility>

#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "foundation/log.h"

namespace aiva::chat {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::minutes life{15};  // of a turn, and five minutes after its end
constexpr std::chrono::seconds listening_life{15};
constexpr milliseconds write_every{100};
constexpr std::size_t batch_events_max = 64;
constexpr std::size_t unwritten_max = 256;  // batches; about half a minute

std::string key_of(const SharedTurnKey& key, std::string_view what) {
  return "chat_turn:" + key.tenant.to_string() + ":" + key.session.to_string() + ":" +
         key.turn.to_string() + ":" + std::string(what);
}

std::string key_of(const SharedTurnKey& key, std::int64_t number) {
  return key_of(key, std::to_string(number));
}

std::string to_text(const std::vector<StreamEvent>& events) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& event : events)
    writer.begin_array().value(event.id).value(event.name).value(event.data).end_array();
  writer.end_array();
  return text;
}

std::optional<StreamEvent> event_of(const json::Value& value) {
  const auto* parts = value.if_array();
  bool is_event = parts != nullptr && parts->size() == 3 && (*parts)[0].is_int64() &&
                  (*parts)[1].is_string() && (*parts)[2].is_string();
  if (!is_event) return std::nullopt;
  return StreamEvent{.id = (*parts)[0].get_int64(),
                     .name = std::string((*parts)[1].get_string()),
                     .data = std::string((*parts)[2].get_string())};
}

}  // namespace

Task<Result<std::optional<std::vector<StreamEvent>>>> read_shared_batch(CallContext context,
                                                                        Cache& cache,
                                                                        SharedTurnKey key,
                                                                        std::int64_t number) {
  CO_TRY(auto text, co_await cache.get(context, key_of(key, number)));
  if (!text) co_return std::nullopt;
  auto parsed = json::parse(*text);
  if (!parsed || !parsed->is_array()) co_return std::nullopt;
  std::vector<StreamEvent> events;
  for (const auto& entry : parsed->get_array())
    if (auto event = event_of(entry)) events.push_back(*std::move(event));
  co_return events;
}

Task<void> note_listening(CallContext context, Cache& cache, SharedTurnKey key) {
  auto putting = cache.put(context, key_of(key, "listening"), "1", listening_life);
  auto put = co_await std::move(putting);
  if (!put) log::failure("A turn may be stopped although it is heard here", context, put.error());
}

Task<bool> is_listened_to(CallContext context, Cache& cache, SharedTurnKey key) {
  auto getting = cache.get(context, key_of(key, "listening"));
  auto found = co_await std::move(getting);
  co_return !found || found->has_value();
}

Task<void> SharedTurnWriter::add(CallContext context, StreamEvent event, bool is_last) {
  if (cache_ == nullptr) co_return;
  waiting_.push_back(std::move(event));
  if (is_last) waiting_.push_back({});
  auto now = std::chrono::steady_clock::now();
  bool is_due = is_last || now - written_at_ >= write_every || waiting_.size() >= batch_events_max;
  if (!is_due) co_return;
  written_at_ = now;
  unwritten_.push_back(to_text(std::exchange(waiting_, {})));
  auto writing = write(std::move(context));
  co_await std::move(writing);
}

Task<void> SharedTurnWriter::write(CallContext context) {
  context.cancellation = {};
  while (is_behind()) {
    // One that failed may have been read: it is written again as it was.
    auto putting = cache_->put(context, key_of(key_, batches_), unwritten_.front(), life);
    auto put = co_await std::move(putting);
    if (!put) {
      if (!std::exchange(has_failed_, true))
        log::failure("A turn cannot be followed on other processes", context, put.error());
      if (unwritten_.size() > unwritten_max) cache_ = nullptr;
      co_return;
    }
    ++batches_;
    unwritten_.pop_front();
  }
}

}  // namespace aiva::chat
