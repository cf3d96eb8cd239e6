#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>
#include <vector>

#include "adapters/deepgram/deepgram.h"
#include "adapters/deepgram/internal/listen_messages.h"
#include "adapters/deepgram/internal/socket.h"
#include "adapters/deepgram/internal/unfinished_audio.h"
#include "foundation/log.h"

namespace aiva {
namespace {

using deepgram::UnfinishedAudio;
using Instant = std::chrono::steady_clock::time_point;
using Kind = SpeechStreamEvent::Kind;

constexpr std::int64_t piece_ms_v1 = 40;
constexpr std::int64_t piece_ms_flux = 80;  // as the provider advises
constexpr std::int64_t replayed_piece_ms = 500;
constexpr std::int64_t silence_piece_ms = 80;
constexpr int losses_max = 3;  // of connections in a row that did not last
constexpr std::chrono::seconds lasting{10};

char silent_byte(StreamAudio::Coding coding) {
  switch (coding) {
    case StreamAudio::Coding::linear16: return 0;
    case StreamAudio::Coding::mulaw: return static_cast<char>(0xFF);
    case StreamAudio::Coding::alaw: return static_cast<char>(0xD5);
  }
  return 0;
}

class DeepgramStream final : public SpeechStream {
 public:
  DeepgramStream(DeepgramOptions options, SpeechStreamSettings settings, WebSocketClient& sockets,
                 std::unique_ptr<OutgoingSocket> socket)
      : options_(std::move(options)),
        settings_(std::move(settings)),
        sockets_(sockets),
        socket_(std::move(socket)),
        unfinished_(settings_.audio),
        opened_at_(std::chrono::steady_clock::now()),
        sent_at_(opened_at_) {}
  ~DeepgramStream() override {
    if (socket_) socket_->send(deepgram::command("CloseStream"));
  }
  DeepgramStream(const DeepgramStream&) = delete;
  DeepgramStream& operator=(const DeepgramStream&) = delete;

  static Task<Result<std::unique_ptr<OutgoingSocket>>> connect(CallContext context,
                                                               const DeepgramOptions& options,
                                                               const SpeechStreamSettings& settings,
                                                               WebSocketClient& sockets) {
    deepgram::SocketOptions socket{
        .url = deepgram::url_of(options.base_url, deepgram::listen_path(options, settings)),
        .api_key = options.api_key,
        .open_timeout = options.open_timeout,
        .may_reach_private_addresses = options.may_reach_private_addresses};
    auto opened = co_await deepgram::open_socket(std::move(context), std::move(socket), sockets);
    co_return opened;
  }

  Task<Result<SpeechStreamEvent>> next(CallContext context) override {
    while (events_.empty()) {
      auto received = co_await listen(context);
      if (received) continue;
      auto check = context.check();
      if (!check) co_return fail(std::move(check.error()));
      CO_TRY_VOID(co_await connect_again(context, std::move(received.error())));
    }
    auto event = std::move(events_.front());
    events_.pop_front();
    co_return event;
  }

  void hear(std::string_view audio) override {
    unfinished_.add(audio);
    piece_ += audio;
    auto piece_ms = is_flux() ? piece_ms_flux : piece_ms_v1;
    if (static_cast<std::int64_t>(piece_.size()) >= settings_.audio.bytes_in(piece_ms))
      send_piece();
  }

  void flush() override {
    if (is_flux()) return;
    send_piece();
    is_flushing_ = true;
    send(deepgram::command("Finalize"));
  }

  [[nodiscard]] std::int64_t heard_ms() const override { return unfinished_.end_ms(); }
  [[nodiscard]] std::int64_t billed_ms() const override { return settings_.audio.ms_in(sent_); }

 private:
  [[nodiscard]] bool is_flux() const { return options_.mode == DeepgramMode::flux; }

  // Takes one message, or notices that none came for long. Fails when the connection is of no use.
  Task<Result<void>> listen(CallContext context) {
    if (is_stuck_) co_return fail(ErrorCode::unavailable, "The speech provider takes no audio");
    auto receiving = deepgram::receive_within(std::move(context), *socket_, options_.keep_alive,
                                              options_.api_key);
    CO_TRY(auto message, co_await std::move(receiving));
    if (!message) {
      keep_alive();
    } else if (!message->is_binary) {
      CO_TRY(auto events, is_flux() ? deepgram::read_turns(message->content, options_.api_key)
                                    : deepgram::read_results(message->content));
      for (auto& event : events) take(std::move(event));
    }
    co_return Result<void>{};
  }

  void take(SpeechStreamEvent event) {
    if (std::chrono::steady_clock::now() - opened_at_ > lasting) losses_ = 0;
    event.until_ms = std::min(base_ms_ + event.until_ms, unfinished_.end_ms());
    switch (event.kind) {
      case Kind::flushed: is_flushing_ = false; break;
      case Kind::final_words: unfinished_.finish(event.until_ms); break;
      case Kind::turn_started:
        // Heard again, a turn that goes on begins anew.
        if (std::exchange(is_in_turn_, true)) event.kind = Kind::words;
        break;
      case Kind::turn_ended:
        is_in_turn_ = false;
        unfinished_.finish(event.until_ms);
        break;
      case Kind::words:
      case Kind::words_paused:
      case Kind::turn_may_end:
      case Kind::turn_resumed: break;
    }
    events_.push_back(std::move(event));
  }

  Task<Result<void>> connect_again(CallContext context, Error why) {
    while (losses_ < losses_max) {
      ++losses_;
      log::failure("A stream of speech was lost and is opened again", context, why);
      auto opened = co_await connect(context, options_, settings_, sockets_);
      if (opened) {
        adopt(std::move(*opened));
        co_return Result<void>{};
      }
      why = std::move(opened.error());
    }
    if (why.code == ErrorCode::invalid || why.code == ErrorCode::internal)
      why.code = ErrorCode::unavailable;
    co_return fail(std::move(why));
  }

  void adopt(std::unique_ptr<OutgoingSocket> socket) {
    socket_ = std::move(socket);
    opened_at_ = std::chrono::steady_clock::now();
    is_stuck_ = false;
    piece_.clear();
    base_ms_ = unfinished_.begin_ms();
    auto size = static_cast<std::size_t>(settings_.audio.bytes_in(replayed_piece_ms));
    for (auto rest = unfinished_.rest(); !rest.empty();
         rest.remove_prefix(std::min(size, rest.size())))
      send_audio(std::string(rest.substr(0, size)));
    if (is_flushing_) send(deepgram::command("Finalize"));
  }

  void send_piece() {
    if (!piece_.empty()) send_audio(std::exchange(piece_, {}));
  }

  void send_audio(std::string audio) {
    sent_ += static_cast<std::int64_t>(audio.size());
    send({.content = std::move(audio), .is_binary = true});
  }

  void send(SocketMessage message) {
    sent_at_ = std::chrono::steady_clock::now();
    if (!socket_->send(std::move(message))) is_stuck_ = true;
  }

  // Flux knows no message for it, and hears silence instead.
  void keep_alive() {
    if (std::chrono::steady_clock::now() - sent_at_ < options_.keep_alive / 2) return;
    if (!is_flux()) return send(deepgram::command("KeepAlive"));
    auto bytes = static_cast<std::size_t>(settings_.audio.bytes_in(silence_piece_ms));
    std::string silence(bytes, silent_byte(settings_.audio.coding));
    unfinished_.add(silence);
    send_piece();
    send_audio(std::move(silence));
  }

  DeepgramOptions options_;
  SpeechStreamSettings settings_;
  WebSocketClient& sockets_;
  std::unique_ptr<OutgoingSocket> socket_;
  UnfinishedAudio unfinished_;
  std::deque<SpeechStreamEvent> events_{};
  std::string piece_{};       // less than one
  std::int64_t base_ms_ = 0;  // where the connection's audio begins
  std::int64_t sent_ = 0;     // bytes, on all connections
  Instant opened_at_;
  Instant sent_at_;
  int losses_ = 0;  // in a row
  bool is_flushing_ = false;
  bool is_in_turn_ = false;
  bool is_stuck_ = false;  // the socket takes no more
};

class DeepgramStreamingRecognizer final : public StreamingRecognizer {
 public:
  DeepgramStreamingRecognizer(DeepgramOptions options, WebSocketClient& sockets)
      : options_(std::move(options)), sockets_(sockets) {
    model_ = takes_turns() ? deepgram::flux_model(options_.model) : options_.model;
  }

  [[nodiscard]] const std::string& provider() const override { return name_; }
  [[nodiscard]] const std::string& model() const override { return model_; }
  [[nodiscard]] bool takes_turns() const override { return options_.mode == DeepgramMode::flux; }

  Task<Result<std::unique_ptr<SpeechStream>>> open(CallContext context,
                                                   SpeechStreamSettings settings) override {
    CO_TRY(auto socket, co_await DeepgramStream::connect(context, options_, settings, sockets_));
    std::unique_ptr<SpeechStream> stream = std::make_unique<DeepgramStream>(
        options_, std::move(settings), sockets_, std::move(socket));
    co_return std::move(stream);
  }

 private:
  std::string name_ = "deepgram";
  std::string model_;
  DeepgramOptions options_;
  WebSocketClient& sockets_;
};

}  // namespace

std::unique_ptr<StreamingRecognizer> make_deepgram_streaming_recognizer(DeepgramOptions options,
                                                                        WebSocketClient& sockets) {
  return std::make_unique<DeepgramStreamingRecognizer>(std::move(options), sockets);
}

}  // namespace aiva
