#include "adapters/flite/internal/flite_voice.h"

#include <flite/flite.h>

#include <algorithm>
#include <csetjmp>
#include <mutex>
#include <new>
#include <utility>

// No header of flite's names its voices.
extern "C" {
cst_voice* register_cmu_us_slt(const char* folder);
cst_voice* register_cmu_us_rms(const char* folder);
cst_voice* register_cmu_us_awb(const char* folder);
cst_voice* register_cmu_us_kal16(const char* folder);
}

namespace aiva {
namespace {

// Samples that come at once: 60 ms.
constexpr int piece_samples = 960;
// What one sentence may hold, so that a text without marks is heard soon, too. A digit is a word.
constexpr int letters_max = 300;
constexpr int letters_a_digit = 6;

// Runs `work` so that flite's way out of an error, which is to end the program, ends only `work`.
// `work` must not leave objects with destructors on the stack while flite runs.
template <class Work>
Result<void> guarded(Work work) {
  // Flite jumps to where one variable of the whole program points.
  static std::mutex mutex;
  std::lock_guard lock(mutex);
  std::jmp_buf place;
  cst_errjmp = &place;
  const bool is_error = setjmp(place) != 0;  // NOLINT(cert-err52-cpp): flite's only way to fail
  if (!is_error) work();
  cst_errjmp = nullptr;
  if (is_error) return fail(internal_error("flite gave up"));
  return {};
}

int weigh(const char* token) {
  int letters = 1;
  for (; *token != 0; ++token) letters += *token >= '0' && *token <= '9' ? letters_a_digit : 1;
  return letters;
}

int hand_over(const cst_wave* wave, int start, int size, int /*is_last*/,
              cst_audio_streaming_info* info) {
  const auto& piece = *static_cast<const SpokenPiece*>(info->userdata);
  const std::span samples(wave->samples + start, static_cast<std::size_t>(std::max(size, 0)));
  try {
    return piece(samples, wave->sample_rate) ? CST_AUDIO_STREAM_CONT : CST_AUDIO_STREAM_STOP;
  } catch (const std::bad_alloc&) {
    // Nothing may fly through flite.
    return CST_AUDIO_STREAM_STOP;
  }
}

void append_token(cst_relation* tokens, const cst_tokenstream* stream, const char* token) {
  auto* item = relation_append(tokens, nullptr);
  item_set_string(item, "name", token);
  item_set_string(item, "whitespace", stream->whitespace);
  item_set_string(item, "prepunctuation", stream->prepunctuation);
  item_set_string(item, "punc", stream->postpunctuation);
  item_set_int(item, "file_pos", stream->file_pos);
  item_set_int(item, "line_number", stream->line_number);
}

bool ends_before(cst_tokenstream* stream, const char* token, cst_relation* tokens, int letters) {
  if (letters > letters_max) return true;
  const char* mark = item_feat_string(relation_tail(tokens), "punc");
  if (letters > letters_max / 2 && mark != nullptr && *mark != 0) return true;
  return default_utt_break(stream, token, tokens) != 0;
}

}  // namespace

struct FliteSentence::State {
  cst_voice* voice = nullptr;
  cst_utterance* utterance = nullptr;

  State(cst_voice* of, cst_utterance* made) : voice(of), utterance(made) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { delete_utterance(utterance); }
};

FliteSentence::FliteSentence(std::unique_ptr<State> state) : state_(std::move(state)) {}
FliteSentence::FliteSentence(FliteSentence&&) noexcept = default;
FliteSentence& FliteSentence::operator=(FliteSentence&&) noexcept = default;
FliteSentence::~FliteSentence() = default;

Result<void> FliteSentence::speak(double speed, const SpokenPiece& piece) {
  auto* const utterance = state_->utterance;
  auto* const voice = state_->voice;
  // Lives as long as the utterance's features.
  auto* info = new_audio_streaming_info();
  info->min_buffsize = piece_samples;
  info->asc = &hand_over;
  info->userdata = const_cast<SpokenPiece*>(&piece);
  return guarded([&] {
    utt_init(utterance, voice);
    const auto usual = get_param_float(voice->features, "duration_stretch", 1);
    feat_set_float(utterance->features, "duration_stretch", usual / static_cast<float>(speed));
    feat_set(utterance->features, "streaming_info", audio_streaming_info_val(info));
    utt_synth_tokens(utterance);
  });
}

const std::vector<std::string>& FliteVoice::names() {
  static const std::vector<std::string> all{"slt", "rms", "awb", "kal16"};
  return all;
}

FliteVoice::FliteVoice(std::string_view name) {
  auto* make = &register_cmu_us_slt;
  if (name == "rms") make = &register_cmu_us_rms;
  if (name == "awb") make = &register_cmu_us_awb;
  if (name == "kal16") make = &register_cmu_us_kal16;
  const auto made = guarded([&] { voice_ = make(nullptr); });
  AIVA_ASSERT(made && voice_ != nullptr);
}

Result<std::vector<FliteSentence>> FliteVoice::cut(const std::string& text) const {
  auto sign_class = [this](const char* name) {
    return get_param_string(voice_->features, name, nullptr);
  };
  std::vector<FliteSentence> sentences;
  auto read = [&] {
    auto* stream = ts_open_string(
        text.c_str(), sign_class("text_whitespace"), sign_class("text_singlecharsymbols"),
        sign_class("text_prepunctuation"), sign_class("text_postpunctuation"));
    cst_relation* tokens = nullptr;
    int letters = 0;
    while (ts_eof(stream) == 0) {
      const char* token = ts_get(stream);
      // Marks that belong to no word.
      if (*token == 0) continue;
      if (tokens == nullptr || ends_before(stream, token, tokens, letters)) {
        auto* utterance = new_utterance();
        sentences.emplace_back(std::make_unique<FliteSentence::State>(voice_, utterance));
        tokens = utt_relation_create(utterance, "Token");
        letters = 0;
      }
      append_token(tokens, stream, token);
      letters += weigh(token);
    }
    ts_close(stream);
  };
  TRY_VOID(guarded(read));
  return sentences;
}

}  // namespace aiva
