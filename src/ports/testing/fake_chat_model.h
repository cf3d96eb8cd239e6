#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/chat_model.h"

namespace aiva {

// A chat model that answers what a function says, word by word, and remembers what it was asked.
// One token is one word.
class FakeChatModel final : public ChatModel {
 public:
  using Answer = std::function<Result<std::string>(const ChatRequest&)>;

  explicit FakeChatModel(Answer answer) : answer_(std::move(answer)) {}
  // Always says the same.
  explicit FakeChatModel(std::string text)
      : FakeChatModel([text](const ChatRequest&) -> Result<std::string> { return text; }) {}

  // From now on streams break off with `unavailable` after that many pieces.
  void cut_streams_after(std::size_t pieces) { pieces_max_ = pieces; }

  // Everything asked so far.
  [[nodiscard]] std::vector<ChatRequest> requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
  }

  Task<Result<std::unique_ptr<ChatStream>>> open(CallContext context,
                                                 ChatRequest request) override {
    CO_TRY_VOID(context.check());
    {
      std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    CO_TRY(auto text, answer_(request));
    std::int64_t input_tokens = 0;
    for (const auto& message : request.messages)
      input_tokens += static_cast<std::int64_t>(split_words(message.content).size());
    auto model = request.model.empty() ? std::string("fake-chat") : request.model;
    co_return std::make_unique<Stream>(std::move(model), split_words(text), input_tokens,
                                       pieces_max_);
  }

 private:
  // The words of a text, each with the white space that follows it.
  static std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words;
    std::size_t begin = 0;
    while (begin < text.size()) {
      auto end = text.find_first_of(" \n", begin);
      end = text.find_first_not_of(" \n", end);
      if (end == std::string_view::npos) end = text.size();
      words.emplace_back(text.substr(begin, end - begin));
      begin = end;
    }
    return words;
  }

  class Stream final : public ChatStream {
   public:
    Stream(std::string model, std::vector<std::string> words, std::int64_t input_tokens,
           std::size_t pieces_max)
        : model_(std::move(model)),
          words_(std::move(words)),
          input_tokens_(input_tokens),
          pieces_max_(pieces_max) {}

    [[nodiscard]] const std::string& model() const override { return model_; }

    Task<Result<std::optional<ChatDelta>>> next(CallContext context) override {
      CO_TRY_VOID(context.check());
      if (sent_ >= pieces_max_) co_return fail(ErrorCode::unavailable, "The answer broke off");
      if (sent_ > words_.size()) co_return std::nullopt;
      if (sent_ < words_.size()) co_return ChatDelta{.text = words_[sent_++]};
      ++sent_;
      auto output_tokens = static_cast<std::int64_t>(words_.size());
      ChatUsage usage{.input_tokens = input_tokens_, .output_tokens = output_tokens};
      co_return ChatDelta{.text = "", .finish_reason = "stop", .usage = usage};
    }

   private:
    std::string model_;
    std::vector<std::string> words_;
    std::int64_t input_tokens_;
    std::size_t pieces_max_;
    std::size_t sent_ = 0;
  };

  Answer answer_;
  std::size_t pieces_max_ = std::numeric_limits<std::size_t>::max();
  mutable std::mutex mutex_;
  std::vector<ChatRequest> requests_;
};

}  // namespace aiva
