#include "faces/realtime/internal/dialogue.h"

#include <algorithm>
#include <utility>

#include "foundation/crypto.h"

namespace aiva::realtime {
namespace {

using voice::CallEvent;

constexpr std::size_t piece_ms = 100;
// How the protocol counts audio as tokens.
constexpr std::int64_t ms_per_token_in = 100;
constexpr std::int64_t ms_per_token_out = 50;

void write_id(JsonWriter& writer, std::string_view name, const std::string& id) {
  if (id.empty())
    writer.null_field(name);
  else
    writer.field(name, id);
}

}  // namespace

void Dialogue::greet() {
  events_.send("session.created", [this](JsonWriter& writer) {
    writer.key("session");
    write_session(writer, facts_, settings_);
  });
  conversation_id_ = events_.make_id("conv");
  events_.send("conversation.created", [this](JsonWriter& writer) {
    writer.key("conversation")
        .begin_object()
        .field("id", conversation_id_)
        .field("object", "realtime.conversation")
        .end_object();
  });
}

void Dialogue::take(const CallEvent& event) {
  switch (event.kind) {
    case CallEvent::Kind::speech_started: return begin_speech();
    case CallEvent::Kind::speech_stopped: return end_speech();
    case CallEvent::Kind::speech_dropped: return drop_speech();
    case CallEvent::Kind::user_words: return take_words(event.text);
    case CallEvent::Kind::answer_began: return begin_answer();
    case CallEvent::Kind::words: return say(event.text);
    case CallEvent::Kind::answer_ended: return end_answer(event.is_cut_off);
  }
}

void Dialogue::end_answer(bool is_cut_off) {
  if (is_cut_off) drop_rest();
  bool is_interrupted = is_cut_off && !was_cancelled_;
  if (is_interrupted && is_speech_untold_) tell_speech();
  end_response(!is_cut_off      ? Ending::completed
               : was_cancelled_ ? Ending::client_cancelled
                                : Ending::turn_detected);
  if (is_speech_untold_) tell_speech();
}

std::int64_t Dialogue::heard_ms() const {
  return static_cast<std::int64_t>(heard_bytes_ / settings_.format.bytes_per_ms());
}

// To the client this means that the agent is silent from now on. While it speaks, the call first
// makes sure that it is interrupted.
void Dialogue::begin_speech() {
  if (response_ && response_->is_begun)
    is_speech_untold_ = true;
  else
    tell_speech();
}

void Dialogue::tell_speech() {
  is_speech_untold_ = false;
  is_speech_told_ = true;
  speech_item_ = events_.make_id("item");
  events_.send("input_audio_buffer.speech_started", [this](JsonWriter& writer) {
    writer.field("audio_start_ms", std::max<std::int64_t>(0, heard_ms() - prefix_padding_ms))
        .field("item_id", speech_item_);
  });
}

void Dialogue::end_speech() {
  if (std::exchange(is_committed_by_client_, false)) return;
  if (is_speech_untold_) tell_speech();
  if (std::exchange(is_speech_told_, false))
    events_.send("input_audio_buffer.speech_stopped", [this](JsonWriter& writer) {
      writer.field("audio_end_ms", heard_ms()).field("item_id", speech_item_);
    });
  commit();
  is_committed_by_client_ = false;
}

void Dialogue::commit() {
  auto id = speech_item_.empty() ? events_.make_id("item") : std::exchange(speech_item_, {});
  committed_item_ = id;
  is_committed_by_client_ = true;
  Item item{.id = id, .role = Item::Role::user, .is_audio = true};
  auto& added = conversation_.add(std::move(item));
  auto previous = conversation_.previous(id);
  events_.send("input_audio_buffer.committed", [&](JsonWriter& writer) {
    write_id(writer, "previous_item_id", previous);
    writer.field("item_id", id);
  });
  tell_item("conversation.item.added", added);
  tell_item("conversation.item.done", added);
}

// There were no words in it.
void Dialogue::drop_speech() {
  if (std::exchange(is_speech_untold_, false)) return;
  if (std::exchange(is_speech_told_, false)) {
    events_.send("input_audio_buffer.speech_stopped", [this](JsonWriter& writer) {
      writer.field("audio_end_ms", heard_ms()).field("item_id", speech_item_);
    });
    speech_item_.clear();
    events_.send("input_audio_buffer.cleared", [](JsonWriter&) {});
    return;
  }
  take_words({});
  if (response_ && !response_->is_begun) end_response(Ending::completed);
}

void Dialogue::take_words(const std::string& words) {
  if (std::exchange(is_written_, false)) return;
  auto id = std::exchange(committed_item_, {});
  auto* item = conversation_.find(id);
  if (item == nullptr) {
    // Keyed in, not spoken.
    if (!words.empty()) add_item({.id = events_.make_id("item"), .text = words});
    return;
  }
  item->text = words;
  if (!settings_.has_transcription) return;
  events_.send("conversation.item.input_audio_transcription.completed", [&](JsonWriter& writer) {
    writer.field("item_id", id)
        .field("content_index", 0)
        .field("transcript", words)
        .key("usage")
        .begin_object()
        .field("type", "duration")
        .field("seconds", static_cast<double>(heard_ms() - counted_ms_) / 1000)
        .end_object();
  });
}

void Dialogue::fail_transcription() {
  auto id = std::exchange(committed_item_, {});
  if (!settings_.has_transcription) return;
  events_.send("conversation.item.input_audio_transcription.failed", [&id](JsonWriter& writer) {
    writer.field("item_id", id)
        .field("content_index", 0)
        .key("error")
        .begin_object()
        .field("type", "server_error")
        .field("code", "recognition_failed")
        .field("message", "What was said could not be recognised")
        .end_object();
  });
}

void Dialogue::add_written(Item item, std::string_view after) {
  if (item.id.empty()) item.id = events_.make_id("item");
  add_item(std::move(item), after);
}

void Dialogue::add_item(Item item, std::string_view after) {
  auto& added = conversation_.add(std::move(item), after);
  tell_item("conversation.item.added", added);
  tell_item("conversation.item.done", added);
}

void Dialogue::tell_item(std::string_view type, const Item& item) {
  auto previous = conversation_.previous(item.id);
  events_.send(type, [&](JsonWriter& writer) {
    write_id(writer, "previous_item_id", previous);
    writer.key("item");
    write_item(writer, item);
  });
}

void Dialogue::begin_response(std::string metadata) {
  is_written_ = committed_item_.empty();
  was_cancelled_ = false;
  response_ = Response{.id = events_.make_id("resp"), .metadata = std::move(metadata)};
  events_.send("response.created", [this](JsonWriter& writer) {
    writer.key("response");
    write_response(writer, "in_progress", std::nullopt);
  });
}

void Dialogue::begin_answer() {
  if (response_ && response_->is_begun) end_response(Ending::completed);
  if (!committed_item_.empty()) fail_transcription();
  if (!response_) begin_response("null");
  is_written_ = false;
  response_->is_begun = true;
}

void Dialogue::begin_item() {
  response_->item = events_.make_id("item");
  auto& item = conversation_.add({.id = response_->item,
                                  .role = Item::Role::assistant,
                                  .status = Item::Status::in_progress,
                                  .is_audio = true});
  events_.send("response.output_item.added", [&](JsonWriter& writer) {
    writer.field("response_id", response_->id).field("output_index", 0).key("item");
    write_item(writer, item);
  });
  tell_item("conversation.item.added", item);
  events_.send("response.content_part.added", [this](JsonWriter& writer) {
    write_place(writer, true);
    writer.key("part").begin_object().field("type", "audio").field("transcript", "").end_object();
  });
}

void Dialogue::write_place(JsonWriter& writer, bool has_content) {
  writer.field("response_id", response_->id)
      .field("item_id", response_->item)
      .field("output_index", 0);
  if (has_content) writer.field("content_index", 0);
}

void Dialogue::say(const std::string& words) {
  if (!response_ || words.empty()) return;
  send_rest();
  if (response_->item.empty()) begin_item();
  auto delta = response_->transcript.empty() ? words : " " + words;
  response_->transcript += delta;
  events_.send("response.output_audio_transcript.delta", [&](JsonWriter& writer) {
    write_place(writer, true);
    writer.field("delta", delta);
  });
}

void Dialogue::play(std::string_view frame) {
  audio_ += frame;
  if (audio_.size() >= piece_ms * settings_.format.bytes_per_ms()) send_rest();
}

void Dialogue::send_rest() {
  if (audio_.empty()) return;
  auto audio = std::exchange(audio_, {});
  if (!response_) return;
  if (response_->item.empty()) begin_item();
  response_->audio_bytes += audio.size();
  events_.send("response.output_audio.delta", [&](JsonWriter& writer) {
    write_place(writer, true);
    writer.field("delta", to_base64(audio));
  });
}

void Dialogue::cancel_response() {
  if (!response_) return;
  committed_item_.clear();  // it is not answered, and so not recognised
  end_response(Ending::client_cancelled);
}

void Dialogue::end(voice::CallEnd end) {
  if (!response_) return;
  drop_rest();
  end_response(end == voice::CallEnd::failed ? Ending::failed : Ending::client_cancelled);
}

void Dialogue::end_response(Ending ending) {
  if (!response_) return;
  send_rest();
  bool is_whole = ending == Ending::completed;
  if (!response_->item.empty()) end_item(is_whole);
  std::string_view status = is_whole                   ? "completed"
                            : ending == Ending::failed ? "failed"
                                                       : "cancelled";
  events_.send("response.done", [&](JsonWriter& writer) {
    writer.key("response");
    write_response(writer, status, ending);
  });
  counted_ms_ = heard_ms();
  was_cancelled_ = false;
  response_.reset();
}

void Dialogue::end_item(bool is_whole) {
  auto* item = conversation_.find(response_->item);
  if (item == nullptr) return;
  item->text = response_->transcript;
  item->status = is_whole ? Item::Status::completed : Item::Status::incomplete;
  item->audio_bytes = response_->audio_bytes;
  events_.send("response.output_audio.done",
               [this](JsonWriter& writer) { write_place(writer, true); });
  events_.send("response.output_audio_transcript.done", [this](JsonWriter& writer) {
    write_place(writer, true);
    writer.field("transcript", response_->transcript);
  });
  events_.send("response.content_part.done", [this](JsonWriter& writer) {
    write_place(writer, true);
    writer.key("part")
        .begin_object()
        .field("type", "audio")
        .field("transcript", response_->transcript)
        .end_object();
  });
  events_.send("response.output_item.done", [&](JsonWriter& writer) {
    writer.field("response_id", response_->id).field("output_index", 0).key("item");
    write_item(writer, *item);
  });
  tell_item("conversation.item.done", *item);
}

void Dialogue::write_response(JsonWriter& writer, std::string_view status,
                              std::optional<Ending> ending) {
  writer.begin_object()
      .field("object", "realtime.response")
      .field("id", response_->id)
      .field("status", status)
      .key("status_details");
  if (!ending || *ending == Ending::completed) {
    writer.null();
  } else if (*ending == Ending::failed) {
    writer.begin_object().field("type", status).key("error").begin_object();
    writer.field("type", "server_error").field("code", "call_failed").end_object().end_object();
  } else {
    auto reason = *ending == Ending::turn_detected ? "turn_detected" : "client_cancelled";
    writer.begin_object().field("type", status).field("reason", reason).end_object();
  }
  writer.key("output").begin_array();
  if (const auto* item = ending ? conversation_.find(response_->item) : nullptr)
    write_item(writer, *item);
  writer.end_array()
      .field("conversation_id", conversation_id_)
      .key("output_modalities")
      .raw(R"(["audio"])")
      .field("max_output_tokens", "inf")
      .key("audio")
      .begin_object()
      .key("output")
      .begin_object()
      .key("format");
  write_format(writer, settings_.format);
  writer.field("voice", facts_.voice).end_object().end_object().key("usage");
  if (ending)
    write_usage(writer);
  else
    writer.null();
  writer.key("metadata").raw(response_->metadata).end_object();
}

// The protocol's own measure of audio. Credits are counted by the minute, and models by their own.
void Dialogue::write_usage(JsonWriter& writer) {
  auto in = (heard_ms() - counted_ms_) / ms_per_token_in;
  auto sent_ms = response_->audio_bytes / settings_.format.bytes_per_ms();
  auto out = static_cast<std::int64_t>(sent_ms) / ms_per_token_out;
  auto write_details = [&writer](std::string_view name, std::int64_t audio) {
    writer.key(name).begin_object().field("text_tokens", 0).field("audio_tokens", audio);
    writer.end_object();
  };
  writer.begin_object()
      .field("total_tokens", in + out)
      .field("input_tokens", in)
      .field("output_tokens", out);
  write_details("input_token_details", in);
  write_details("output_token_details", out);
  writer.end_object();
}

}  // namespace aiva::realtime
