#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "capabilities/voice/leg.h"
#include "faces/realtime/internal/conversation.h"
#include "faces/realtime/internal/server_events.h"
#include "faces/realtime/internal/session_settings.h"

namespace aiva::realtime {

// Tells a client what happens in its call, in the protocol's words and order: turns of the caller
// become items, answers become responses.
class Dialogue {
 public:
  // Borrowed.
  Dialogue(ServerEvents& events, const SessionFacts& facts, const SessionSettings& settings)
      : events_(events), facts_(facts), settings_(settings) {}

  void greet();
  void take(const voice::CallEvent& event);
  // A frame of the answer. It is sent with those that follow, 100 ms at once.
  void play(std::string_view frame);
  // Sends what is held back for that.
  void send_rest();
  // Forgets what was not sent yet.
  void drop_rest() { audio_.clear(); }
  [[nodiscard]] bool has_rest() const { return !audio_.empty(); }

  // The client sent so much audio.
  void count_heard(std::size_t bytes) { heard_bytes_ += bytes; }
  // What was heard since the last turn is one; its answer comes when it is asked for.
  void commit();
  // An answer is under way from now on. `metadata` is JSON and comes back with it.
  void begin_response(std::string metadata);
  [[nodiscard]] bool has_response() const { return response_.has_value(); }
  [[nodiscard]] std::string_view response_id() const {
    return response_ ? std::string_view(response_->id) : std::string_view();
  }
  // The client had enough; the answer that ends next was cancelled by it.
  void note_cancel() { was_cancelled_ = true; }
  // Ends an answer that does not come.
  void cancel_response();
  // The call is over.
  void end(voice::CallEnd end);

  // The user wrote something.
  void add_written(Item item, std::string_view after);
  Conversation& conversation() { return conversation_; }
  [[nodiscard]] bool is_caller_speaking() const { return is_speech_told_ || is_speech_untold_; }
  // The caller speaks, or what they said is being recognised.
  [[nodiscard]] bool is_turn_open() const {
    return is_caller_speaking() || !committed_item_.empty();
  }

 private:
  enum class Ending : std::uint8_t { completed, turn_detected, client_cancelled, failed };
  struct Response {
    std::string id;
    std::string metadata = "null";
    std::string item{};  // empty: nothing of it was said yet
    bool is_begun = false;
    std::string transcript{};
    std::size_t audio_bytes = 0;
  };

  void begin_speech();
  void tell_speech();
  void end_speech();
  void drop_speech();
  void take_words(const std::string& words);
  void fail_transcription();
  void begin_answer();
  void end_answer(bool is_cut_off);
  void begin_item();
  void say(const std::string& words);
  void end_response(Ending ending);
  void end_item(bool is_whole);
  void add_item(Item item, std::string_view after = {});
  void tell_item(std::string_view type, const Item& item);
  void write_response(JsonWriter& writer, std::string_view status, std::optional<Ending> ending);
  void write_usage(JsonWriter& writer);
  void write_place(JsonWriter& writer, bool has_content);
  [[nodiscard]] std::int64_t heard_ms() const;

  ServerEvents& events_;
  const SessionFacts& facts_;
  const SessionSettings& settings_;
  Conversation conversation_{};
  std::string conversation_id_{};
  std::string speech_item_{};     // of what the caller says now
  std::string committed_item_{};  // whose words are not known yet
  std::string audio_{};           // not sent yet
  std::optional<Response> response_{};
  std::size_t heard_bytes_ = 0;
  std::int64_t counted_ms_ = 0;  // of them, in the usage of earlier answers
  bool is_speech_told_ = false;
  bool is_speech_untold_ = false;        // it may be an interruption
  bool is_committed_by_client_ = false;  // the turn that is taken next was told of already
  bool is_written_ = false;              // the words that come next were written
  bool was_cancelled_ = false;
};

}  // namespace aiva::realtime
