// What an OpenAiSession does with the events of its client.
#include <algorithm>
#include <utility>

#include "faces/realtime/internal/openai_session.h"
#include "foundation/crypto.h"

namespace aiva::realtime {
namespace {

constexpr std::int64_t slice_ms = 100;                // heard at once
constexpr std::int64_t slices_without_pause = 10;     // then others have their turn
constexpr std::int64_t lead_ms_max = 1'000;           // audio may come so much too early
constexpr std::int64_t uncommitted_ms_max = 120'000;  // of a turn the client ends
constexpr std::int64_t held_ms_max = 30'000;          // of the turn after it
constexpr std::int64_t committed_ms_min = 100;
constexpr std::size_t id_bytes_max = 512;
constexpr std::size_t digits_max = 32;  // of one event

}  // namespace

std::int64_t OpenAiSession::ms_of(std::size_t bytes) const {
  return static_cast<std::int64_t>(bytes / settings_.format.bytes_per_ms());
}

Task<void> OpenAiSession::append_audio(std::string_view base64, std::string_view id) {
  auto audio = from_base64(base64);
  bool is_odd = settings_.format.coding == voice::Coding::pcm16 && audio && audio->size() % 2 != 0;
  if (!audio || is_odd) {
    events_.send_error({"invalid_value", "It must be whole samples in Base64", "audio"}, id);
    co_return;
  }
  if (takes_turns()) {
    dialogue_.count_heard(audio->size());
    co_await hear(*audio);
    co_return;
  }
  auto total =
      ms_of(is_commit_pending_ ? held_.size() + audio->size() : uncommitted_bytes_ + audio->size());
  if (total > (is_commit_pending_ ? held_ms_max : uncommitted_ms_max)) {
    events_.send_error({"input_audio_buffer_full", "Commit or clear the audio first", "audio"}, id);
    co_return;
  }
  dialogue_.count_heard(audio->size());
  if (is_commit_pending_) {
    held_ += *audio;
    co_return;
  }
  uncommitted_bytes_ += audio->size();
  co_await hear(*audio);
}

// In slices, so that a long recording does not keep other calls of this thread waiting.
Task<void> OpenAiSession::hear(std::string_view audio) {
  auto slice = static_cast<std::size_t>(slice_ms) * settings_.format.bytes_per_ms();
  std::int64_t count = 0;
  while (!audio.empty() && has_call()) {
    auto part = audio.substr(0, slice);
    audio.remove_prefix(part.size());
    call_->hear(part);
    if (takes_turns())
      co_await pace(ms_of(part.size()));
    else if (++count % slices_without_pause == 0)
      co_await work_.yield();
  }
}

// Turns are found by the clock: audio that comes faster than it was spoken has to wait.
Task<void> OpenAiSession::pace(std::int64_t ms) {
  auto now = parts_.clock.steady();
  heard_until_ = std::max(heard_until_, now) + std::chrono::milliseconds(ms);
  auto lead = heard_until_ - now - std::chrono::milliseconds(lead_ms_max);
  if (lead <= std::chrono::milliseconds(0)) co_return;
  [[maybe_unused]] auto is_time =
      co_await work_.wait(std::chrono::duration_cast<std::chrono::milliseconds>(lead));
}

void OpenAiSession::commit_audio(const ClientEvent& event) {
  bool has_audio = takes_turns() ? dialogue_.is_caller_speaking()
                                 : ms_of(is_commit_pending_ ? held_.size() : uncommitted_bytes_) >=
                                       committed_ms_min;
  if (!has_audio)
    return events_.send_error(
        {"input_audio_buffer_commit_empty", "There must be at least 100 ms of audio"}, event.id);
  if (takes_turns()) return call_->commit();
  // It is answered as soon as that is asked for.
  dialogue_.commit();
  is_commit_pending_ = true;
}

void OpenAiSession::clear_audio() {
  if (is_commit_pending_) {
    held_.clear();
  } else {
    call_->clear();
    uncommitted_bytes_ = 0;
  }
  events_.send("input_audio_buffer.cleared", [](JsonWriter&) {});
}

// Of a telephone; the protocol itself has none.
void OpenAiSession::press_keys(const ClientEvent& event) {
  json::Fields fields(event.body);
  auto digits = fields.text("digits", {.length_min = 1, .length_max = digits_max});
  bool are_keys = std::ranges::all_of(
      digits, [](char c) { return std::string_view("0123456789*#ABCD").contains(c); });
  if (!are_keys) fields.add_error("digits", "must be of 0-9, *, #, A-D");
  if (auto read = fields.finish(); !read)
    return events_.send_error(event_error_of(read.error()), event.id);
  for (char digit : digits)
    if (has_call()) call_->digit(digit);
}

// What came after a commit belongs to the next turn.
Task<void> OpenAiSession::hear_held() {
  if (is_commit_pending_ || held_.empty()) co_return;
  auto audio = std::exchange(held_, {});
  uncommitted_bytes_ = audio.size();
  co_await hear(audio);
}

void OpenAiSession::create_item(const ClientEvent& event) {
  auto written = read_item(event.body);
  if (!written) return events_.send_error(event_error_of(written.error()), event.id);
  auto& conversation = dialogue_.conversation();
  const auto& after = written->after;
  if (!after.empty() && after != "root" && conversation.find(after) == nullptr)
    return events_.send_error({"item_not_found", "There is no item of that id", "previous_item_id"},
                              event.id);
  if (!written->item.id.empty() && conversation.find(written->item.id) != nullptr)
    return events_.send_error({"item_exists", "There is an item of that id", "item.id"}, event.id);
  dialogue_.add_written(std::move(written->item), after);
}

void OpenAiSession::retrieve_item(const ClientEvent& event) {
  json::Fields fields(event.body);
  auto id = fields.text("item_id", {.length_min = 1, .length_max = id_bytes_max});
  if (auto read = fields.finish(); !read)
    return events_.send_error(event_error_of(read.error()), event.id);
  const auto* item = dialogue_.conversation().find(id);
  if (item == nullptr)
    return events_.send_error(
        {"item_retrieve_invalid_item_id", "There is no item of that id", "item_id"}, event.id);
  events_.send("conversation.item.retrieved", [item](JsonWriter& writer) {
    writer.key("item");
    write_item(writer, *item);
  });
}

void OpenAiSession::delete_item(const ClientEvent& event) {
  json::Fields fields(event.body);
  auto id = fields.text("item_id", {.length_min = 1, .length_max = id_bytes_max});
  if (auto read = fields.finish(); !read)
    return events_.send_error(event_error_of(read.error()), event.id);
  const auto* item = dialogue_.conversation().find(id);
  if (item == nullptr)
    return events_.send_error(
        {"item_delete_invalid_item_id", "There is no item of that id", "item_id"}, event.id);
  if (item->is_answered)
    return events_.send_error(
        {"item_delete_unsupported", "It was said or answered, and is part of the call's record",
         "item_id"},
        event.id);
  dialogue_.conversation().erase(id);
  events_.send("conversation.item.deleted",
               [&id](JsonWriter& writer) { writer.field("item_id", id); });
}

// The call knows by itself what was heard of an answer that was cut off; here only the item loses
// its transcript, as it does there.
void OpenAiSession::truncate_item(const ClientEvent& event) {
  json::Fields fields(event.body);
  auto id = fields.text("item_id", {.length_min = 1, .length_max = id_bytes_max});
  auto content = fields.integer("content_index", 0, 0, 1'000'000);
  auto end_ms = fields.integer("audio_end_ms", -1, 0, 1'000'000'000);
  if (end_ms < 0 && !fields.has("audio_end_ms")) fields.add_error("audio_end_ms", "is required");
  if (auto read = fields.finish(); !read)
    return events_.send_error(event_error_of(read.error()), event.id);
  auto* item = dialogue_.conversation().find(id);
  if (item == nullptr || content != 0)
    return events_.send_error({"item_truncate_invalid_item_id", "There is no such part of an item",
                               item == nullptr ? "item_id" : "content_index"},
                              event.id);
  if (item->role != Item::Role::assistant || !item->is_audio)
    return events_.send_error(
        {"item_truncate_invalid_item_id", "Only answers of the agent can be truncated", "item_id"},
        event.id);
  auto sent_ms = ms_of(item->audio_bytes);
  if (item->status == Item::Status::in_progress)
    return events_.send_error({"item_truncate_in_progress", "Cancel the response first", "item_id"},
                              event.id);
  if (end_ms > sent_ms)
    return events_.send_error({"invalid_value",
                               "Audio content of " + std::to_string(sent_ms) +
                                   " ms is already shorter than " + std::to_string(end_ms) + " ms",
                               "audio_end_ms"},
                              event.id);
  item->text = "";
  item->audio_bytes = static_cast<std::size_t>(end_ms) * settings_.format.bytes_per_ms();
  events_.send("conversation.item.truncated", [&](JsonWriter& writer) {
    writer.field("item_id", id).field("content_index", 0).field("audio_end_ms", end_ms);
  });
}

void OpenAiSession::create_response(const ClientEvent& event) {
  auto request = read_response_request(event.body);
  if (!request) return events_.send_error(event_error_of(request.error()), event.id);
  if (request->refusal) return events_.send_error(*request->refusal, event.id);
  if (dialogue_.has_response() || (takes_turns() && dialogue_.is_turn_open()))
    return events_.send_error({"conversation_already_has_active_response",
                               "An answer is under way: wait for response.done, or cancel it"},
                              event.id);
  if (is_commit_pending_) {
    is_commit_pending_ = false;
    uncommitted_bytes_ = 0;
    dialogue_.begin_response(std::move(request->metadata));
    return call_->commit();
  }
  auto words = dialogue_.conversation().take_unanswered();
  if (words.empty())
    return events_.send_error(
        {"nothing_to_answer", "Add a message of the user, or commit audio, before"}, event.id);
  dialogue_.begin_response(std::move(request->metadata));
  call_->ask(std::move(words));
}

void OpenAiSession::cancel_response(const ClientEvent& event) {
  json::Fields fields(event.body);
  auto id = fields.optional_text("response_id", {.length_max = id_bytes_max});
  if (auto read = fields.finish(); !read)
    return events_.send_error(event_error_of(read.error()), event.id);
  if (!dialogue_.has_response() || (id && *id != dialogue_.response_id()))
    return events_.send_error(
        {"response_cancel_not_active", "No such response is under way", id ? "response_id" : ""},
        event.id);
  dialogue_.note_cancel();
  call_->cancel();
  dialogue_.cancel_response();  // one that was not begun yet
}

}  // namespace aiva::realtime
