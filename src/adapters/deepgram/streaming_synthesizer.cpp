#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

#include "adapters/deepgram/deepgram.h"
#include "adapters/deepgram/internal/reading.h"
#include "adapters/deepgram/internal/request.h"
#include "adapters/deepgram/internal/socket.h"
#include "foundation/json_writer.h"
#include "foundation/log.h"

namespace aiva {
namespace {

using Instant = std::chrono::steady_clock::time_point;

constexpr std::size_t text_bytes_max = 8'000;  // 2000 characters
// The provider answers no more within a minute, on one connection.
constexpr std::size_t flushes_max = 20;
constexpr std::chrono::seconds flushes_time{60};

std::string speak_path(const DeepgramOptions& options, const VoiceStreamSettings& settings) {
  auto path = "/v1/speak?model=" +
              deepgram::escape(settings.voice.empty() ? options.voice : settings.voice);
  switch (settings.audio.coding) {
    case StreamAudio::Coding::linear16: path += "&encoding=linear16"; break;
    case StreamAudio::Coding::mulaw: path += "&encoding=mulaw"; break;
    case StreamAudio::Coding::alaw: path += "&encoding=alaw"; break;
  }
  return path + "&sample_rate=" + std::to_string(settings.audio.rate);
}

SocketMessage speak_message(std::string_view text) {
  SocketMessage message;
  JsonWriter(message.content)
      .begin_object()
      .field("type", "Speak")
      .field("text", text)
      .end_object();
  return message;
}

class DeepgramVoice final : public VoiceStream {
 public:
  DeepgramVoice(DeepgramOptions options, VoiceStreamSettings settings, WebSocketClient& sockets)
      : options_(std::move(options)), settings_(std::move(settings)), sockets_(sockets) {}
  ~DeepgramVoice() override {
    if (socket_) socket_->send(deepgram::command("Close"));
  }
  DeepgramVoice(const DeepgramVoice&) = delete;
  DeepgramVoice& operator=(const DeepgramVoice&) = delete;

  Task<Result<void>> say(CallContext context, std::string text) override {
    if (text.size() > text_bytes_max)
      co_return fail(ErrorCode::too_large, "The text is too long for one piece of speech");
    CO_TRY_VOID(context.check());
    clear();
    text_ = std::move(text);
    has_sounded_ = may_try_again_ = false;
    rest_.clear();
    if (is_broken_ || is_worn_out()) socket_.reset();
    if (socket_) {
      may_try_again_ = true;  // it may have died since the last text
      send_text();
      co_return Result<void>{};
    }
    co_return co_await connect(std::move(context));
  }

  Task<Result<std::optional<std::string>>> next(CallContext context) override {
    while (is_saying_) {
      auto piece = co_await listen(context);
      if (piece && !piece->empty()) co_return std::optional(std::move(*piece));
      if (piece) continue;
      // A wait that was broken off leaves the connection as it is, silence does not.
      auto check = context.check();
      if (!check) {
        if (check.error().code == ErrorCode::timeout) is_broken_ = true;
        co_return fail(std::move(check.error()));
      }
      socket_.reset();
      is_saying_ = false;
      if (has_sounded_ || !std::exchange(may_try_again_, false))
        co_return fail(std::move(piece.error()));
      log::failure("A voice was lost and is opened again", context, piece.error());
      CO_TRY_VOID(co_await connect(context));
    }
    if (!rest_.empty())
      co_return fail(ErrorCode::unavailable, "The connection broke off", "half a sample");
    co_return std::nullopt;
  }

  void clear() override {
    if (!std::exchange(is_saying_, false) || !socket_) return;
    ++clears_;
    rest_.clear();
    // Somebody may still wait for what it receives.
    if (!socket_->send(deepgram::command("Clear"))) is_broken_ = true;
  }

 private:
  Task<Result<void>> connect(CallContext context) {
    deepgram::SocketOptions options{
        .url = deepgram::url_of(options_.base_url, speak_path(options_, settings_)),
        .api_key = options_.api_key,
        .open_timeout = options_.open_timeout,
        .may_reach_private_addresses = options_.may_reach_private_addresses};
    auto opening = deepgram::open_socket(std::move(context), std::move(options), sockets_);
    CO_TRY(socket_, co_await std::move(opening));
    clears_ = 0;
    is_broken_ = false;
    flushes_.clear();
    send_text();
    co_return Result<void>{};
  }

  void send_text() {
    is_saying_ = true;
    flushes_.push_back(std::chrono::steady_clock::now());
    if (flushes_.size() > flushes_max) flushes_.pop_front();
    socket_->send(speak_message(text_));
    socket_->send(deepgram::command("Flush"));
  }

  [[nodiscard]] bool is_worn_out() const {
    return flushes_.size() >= flushes_max &&
           std::chrono::steady_clock::now() - flushes_.front() < flushes_time;
  }

  // The next whole samples, if they were among what came next.
  Task<Result<std::string>> listen(CallContext context) {
    CO_TRY(auto message, co_await socket_->receive(std::move(context)));
    if (!message) co_return fail(deepgram::closed(*socket_, options_.api_key));
    if (!message->is_binary) {
      CO_TRY_VOID(take(message->content));
      co_return std::string();
    }
    if (clears_ > 0) co_return std::string();  // of a text that was cut off
    has_sounded_ = true;
    rest_ += message->content;
    auto whole = rest_.size() - rest_.size() % settings_.audio.bytes_per_sample();
    auto samples = rest_.substr(0, whole);
    rest_.erase(0, whole);
    co_return samples;
  }

  Result<void> take(std::string_view text) {
    TRY(auto message, deepgram::read_message(text));
    const auto& body = message.as_object();
    auto type = deepgram::text_of(body, "type");
    if (type == "Cleared" && clears_ > 0) {
      --clears_;
    } else if (type == "Flushed" && clears_ == 0) {
      is_saying_ = false;
    } else if (type == "Warning" || type == "Error") {
      // What it warns of is not said.
      return fail(ErrorCode::unavailable, "The speech provider does not say the text",
                  deepgram::cause_of(deepgram::text_of(body, "code"),
                                     deepgram::text_of(body, "description"), options_.api_key));
    }
    return {};
  }

  DeepgramOptions options_;
  VoiceStreamSettings settings_;
  WebSocketClient& sockets_;
  std::unique_ptr<OutgoingSocket> socket_{};
  std::string text_{};
  std::string rest_{};  // less than a sample
  std::deque<Instant> flushes_{};
  int clears_ = 0;  // that are not confirmed: what comes until then belongs to texts cut off
  bool is_broken_ = false;  // to be replaced before the next text
  bool is_saying_ = false;
  bool has_sounded_ = false;
  bool may_try_again_ = false;
};

class DeepgramStreamingSynthesizer final : public StreamingSynthesizer {
 public:
  DeepgramStreamingSynthesizer(DeepgramOptions options, WebSocketClient& sockets)
      : options_(std::move(options)), sockets_(sockets) {}

  [[nodiscard]] const std::string& provider() const override { return name_; }
  std::unique_ptr<VoiceStream> make(VoiceStreamSettings settings) override {
    return std::make_unique<DeepgramVoice>(options_, std::move(settings), sockets_);
  }

 private:
  std::string name_ = "deepgram";
  DeepgramOptions options_;
  WebSocketClient& sockets_;
};

}  // namespace

std::unique_ptr<StreamingSynthesizer> make_deepgram_streaming_synthesizer(
    DeepgramOptions options, WebSocketClient& sockets) {
  return std::make_unique<DeepgramStreamingSynthesizer>(std::move(options), sockets);
}

}  // namespace aiva
