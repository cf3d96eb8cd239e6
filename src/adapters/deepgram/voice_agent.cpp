#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "adapters/deepgram/deepgram.h"
#include "adapters/deepgram/internal/agent_messages.h"
#include "adapters/deepgram/internal/socket.h"

namespace aiva {
namespace {

using deepgram::AgentEvent;
using Instant = std::chrono::steady_clock::time_point;
using Kind = RealtimeEvent::Kind;
namespace agent_message = deepgram::agent_message;

constexpr int refusals_max = 3;           // in a row
constexpr std::size_t calls_max = 64;     // not answered
constexpr std::size_t injected_max = 16;  // whose echo has not come
constexpr std::int64_t piece_ms = 40;

// The provider says neither when an answer begins nor which audio belongs to it: an answer begins
// with its first word or sound and lasts until the provider has sent all of it.
class AgentSession final : public RealtimeSession {
 public:
  AgentSession(DeepgramAgentOptions options, RealtimeSettings settings,
               std::unique_ptr<OutgoingSocket> socket)
      : options_(std::move(options)),
        settings_(std::move(settings)),
        prompt_(settings_.instructions),
        socket_(std::move(socket)),
        sent_at_(std::chrono::steady_clock::now()) {}

  Task<Result<void>> configure(CallContext context) {
    CO_TRY_VOID(co_await wait_for(context, AgentEvent::Kind::welcome));
    send(agent_message::settings(options_, settings_));
    co_return co_await wait_for(context, AgentEvent::Kind::settings_applied);
  }

  Task<Result<std::optional<RealtimeEvent>>> next(CallContext context) override {
    while (events_.empty()) {
      auto receiving =
          deepgram::receive_within(context, *socket_, options_.keep_alive, options_.api_key);
      CO_TRY(auto message, co_await std::move(receiving));
      if (!message) {
        keep_alive();
      } else if (message->is_binary) {
        take_audio(std::move(message->content));
      } else {
        CO_TRY(auto event, deepgram::read_agent_event(message->content, options_.api_key));
        if (event.kind == AgentEvent::Kind::failed) co_return fail(std::move(event.failure));
        take(std::move(event));
        if (refusals_ > refusals_max)
          co_return fail(ErrorCode::unavailable, "The model provider says nothing of ours");
      }
    }
    auto event = std::move(events_.front());
    events_.pop_front();
    co_return std::optional(std::move(event));
  }

  bool hear(std::string_view audio) override {
    settle(false);
    heard_ += audio;
    if (heard_.size() < bytes_per_ms(settings_.coding) * piece_ms) return true;
    sent_at_ = std::chrono::steady_clock::now();
    return socket_->send({.content = std::exchange(heard_, {}), .is_binary = true});
  }
  bool commit() override { return socket_->send(deepgram::command("ForceEndTurn")); }
  bool clear() override {
    heard_.clear();
    return true;
  }
  // It takes them always.
  bool take_turns(bool) override { return true; }

  bool add_words(ChatRole role, std::string_view text) override {
    if (is_fresh_) {
      history_.push_back({role, std::string(text)});
      return true;
    }
    if (role == ChatRole::user) return inject(text);
    if (role != ChatRole::system) return true;
    prompt_ += "\n\n" + std::string(text);
    return send(agent_message::update_prompt(prompt_));
  }

  bool add_result(std::string_view call_id, std::string_view result) override {
    auto found = calls_.find(call_id);
    if (found == calls_.end()) return true;  // the provider does not want it any more
    ++owed_;
    auto call = std::move(calls_.extract(found).mapped());
    return send(agent_message::function_call_response(call, result));
  }

  bool answer(std::string_view instructions) override {
    auto asked = settle(instructions.empty());
    if (!instructions.empty()) return inject(instructions);
    if (!asked.empty()) return inject(asked);
    // It answers what it was told by itself; if it was told nothing, it has done so.
    if (owed_ == 0) events_.push_back({.kind = Kind::answer_refused});
    return true;
  }

  bool say(std::string_view words, std::string_view) override {
    settle(false);
    ++owed_;
    return send(agent_message::inject_agent_message(words));
  }

  bool cancel(std::string_view answer) override {
    if (answer == active_) end_answer(true);
    is_quiet_ = true;
    return true;
  }
  // It knows by itself what it said.
  bool truncate(std::string_view, std::int64_t) override { return true; }
  [[nodiscard]] std::optional<Instant> ends_at() const override { return std::nullopt; }

 private:
  struct Words {
    ChatRole role;
    std::string text;
  };

  Task<Result<void>> wait_for(CallContext context, AgentEvent::Kind kind) {
    while (true) {
      CO_TRY(auto message, co_await socket_->receive(context));
      if (!message) co_return fail(deepgram::closed(*socket_, options_.api_key));
      if (message->is_binary) continue;
      CO_TRY(auto event, deepgram::read_agent_event(message->content, options_.api_key));
      if (event.kind == AgentEvent::Kind::failed) co_return fail(std::move(event.failure));
      if (event.kind == kind) co_return Result<void>{};
    }
  }

  bool send(std::string text) {
    sent_at_ = std::chrono::steady_clock::now();
    return socket_->send({.content = std::move(text), .is_binary = false});
  }

  void keep_alive() {
    if (std::chrono::steady_clock::now() - sent_at_ < options_.keep_alive / 2) return;
    sent_at_ = std::chrono::steady_clock::now();
    socket_->send(deepgram::command("KeepAlive"));
  }

  // As if the caller had said it. The provider tells it back.
  bool inject(std::string_view words) {
    ++owed_;
    injected_.emplace_back(words);
    if (injected_.size() > injected_max) injected_.pop_front();
    return send(agent_message::inject_user_message(words));
  }

  // What was said on another line goes into the instructions. The caller's last words, if nobody
  // has answered them, are what is asked now, if something is.
  std::string settle(bool is_asked) {
    if (!std::exchange(is_fresh_, false) || history_.empty()) return {};
    std::string asked;
    if (is_asked && history_.back().role == ChatRole::user) {
      asked = std::move(history_.back().text);
      history_.pop_back();
    }
    if (!history_.empty()) prompt_ += "\n\nThe call went on before; this was said:";
    for (const auto& [role, text] : history_)
      prompt_ += (role == ChatRole::user        ? "\nCaller: "
                  : role == ChatRole::assistant ? "\nYou: "
                                                : "\nNote: ") +
                 text;
    if (!history_.empty()) send(agent_message::update_prompt(prompt_));
    history_.clear();
    return asked;
  }

  void begin_answer() {
    is_quiet_ = false;
    if (!active_.empty()) return;
    owed_ = std::max(owed_ - 1, 0);
    refusals_ = 0;
    has_words_ = false;
    active_ = "a" + std::to_string(++answers_);
    events_.push_back({.kind = Kind::answer_began, .answer = active_});
  }

  void end_answer(bool is_cancelled) {
    if (active_.empty()) return;
    events_.push_back({.kind = Kind::answer_ended,
                       .answer = std::exchange(active_, {}),
                       .is_cancelled = is_cancelled});
  }

  void take_audio(std::string bytes) {
    if (is_quiet_ || bytes.empty()) return;  // of an answer that was cut off
    begin_answer();
    if (settings_.coding == RealtimeCoding::pcm24k && bytes.size() % 2 != 0) bytes.pop_back();
    events_.push_back(
        {.kind = Kind::audio, .answer = active_, .item = active_, .bytes = std::move(bytes)});
  }

  void take(AgentEvent event) {
    switch (event.kind) {
      case AgentEvent::Kind::user_started: return take_start_of_speech();
      case AgentEvent::Kind::user_words: return take_user_words(std::move(event.text));
      case AgentEvent::Kind::agent_words: return take_agent_words(event.text);
      case AgentEvent::Kind::agent_started: return begin_answer();
      case AgentEvent::Kind::audio_done: return end_answer(false);
      case AgentEvent::Kind::calls: return take_calls(std::move(event.calls));
      case AgentEvent::Kind::calls_cancelled:
        for (const auto& call : event.calls) calls_.erase(call.id);
        return;
      case AgentEvent::Kind::injection_refused:
        ++refusals_;
        owed_ = std::max(owed_ - 1, 0);
        events_.push_back({.kind = Kind::answer_refused});
        return;
      case AgentEvent::Kind::failed:
      case AgentEvent::Kind::welcome:
      case AgentEvent::Kind::settings_applied:
      case AgentEvent::Kind::other: return;
    }
  }

  void take_start_of_speech() {
    is_quiet_ = true;
    utterance_ = "u" + std::to_string(++utterances_);
    events_.push_back({.kind = Kind::speech_started, .item = utterance_});
    end_answer(true);
  }

  void take_user_words(std::string text) {
    auto echo = std::ranges::find(injected_, text);
    if (echo != injected_.end()) {
      injected_.erase(echo);
      return;
    }
    is_quiet_ = false;
    ++owed_;
    auto item = std::exchange(utterance_, {});
    if (item.empty())
      item = "u" + std::to_string(++utterances_);
    else
      events_.push_back({.kind = Kind::speech_stopped, .item = item});
    events_.push_back({.kind = Kind::user_words, .item = std::move(item), .text = std::move(text)});
  }

  void take_agent_words(std::string_view text) {
    begin_answer();
    std::string words(std::exchange(has_words_, true) ? " " : "");
    words += text;
    events_.push_back(
        {.kind = Kind::words, .answer = active_, .item = active_, .text = std::move(words)});
  }

  // They are made as soon as the answer ends that asks for them.
  void take_calls(std::vector<ToolCall> calls) {
    if (calls.empty()) return;
    begin_answer();
    for (auto& call : calls) {
      if (calls_.size() >= calls_max) calls_.erase(calls_.begin());
      calls_.insert_or_assign(call.id, call);
      events_.push_back({.kind = Kind::tool_call, .answer = active_, .call = std::move(call)});
    }
    end_answer(false);
  }

  DeepgramAgentOptions options_;
  RealtimeSettings settings_;
  std::string prompt_;
  std::unique_ptr<OutgoingSocket> socket_;
  Instant sent_at_;
  std::deque<RealtimeEvent> events_{};
  std::string heard_{};  // less than a piece
  std::vector<Words> history_{};
  std::deque<std::string> injected_{};
  std::map<std::string, ToolCall, std::less<>> calls_{};
  std::string active_{};     // the answer that is given
  std::string utterance_{};  // the caller's that goes on
  std::int64_t answers_ = 0;
  std::int64_t utterances_ = 0;
  int owed_ = 0;      // answers that the provider will give by itself
  int refusals_ = 0;  // in a row
  bool is_fresh_ = true;
  bool is_quiet_ = false;   // what is heard belongs to an answer that was cut off
  bool has_words_ = false;  // the answer
};

class DeepgramVoiceAgent final : public RealtimeModel {
 public:
  DeepgramVoiceAgent(DeepgramAgentOptions options, WebSocketClient& sockets)
      : options_(std::move(options)), sockets_(sockets) {}

  [[nodiscard]] const std::string& provider() const override { return name_; }
  [[nodiscard]] const std::string& model() const override { return options_.think_model; }

  Task<Result<std::unique_ptr<RealtimeSession>>> open(CallContext context,
                                                      RealtimeSettings settings) override {
    context.deadline =
        std::min(context.deadline, std::chrono::steady_clock::now() + options_.open_timeout);
    deepgram::SocketOptions socket_options{
        .url = deepgram::url_of(options_.base_url, "/v1/agent/converse"),
        .api_key = options_.api_key,
        .open_timeout = options_.open_timeout,
        .may_reach_private_addresses = options_.may_reach_private_addresses};
    auto opening = deepgram::open_socket(context, std::move(socket_options), sockets_);
    CO_TRY(auto socket, co_await std::move(opening));
    auto session = std::make_unique<AgentSession>(options_, std::move(settings), std::move(socket));
    CO_TRY_VOID(co_await session->configure(context));
    std::unique_ptr<RealtimeSession> opened = std::move(session);
    co_return std::move(opened);
  }

 private:
  std::string name_ = "deepgram";
  DeepgramAgentOptions options_;
  WebSocketClient& sockets_;
};

}  // namespace

std::unique_ptr<RealtimeModel> make_deepgram_voice_agent(DeepgramAgentOptions options,
                                                         WebSocketClient& sockets) {
  return std::make_unique<DeepgramVoiceAgent>(std::move(options), sockets);
}

}  // namespace aiva
