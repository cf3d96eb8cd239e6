#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/http_client.h"

namespace aiva {

// An HTTP client that never leaves the process: a function answers, a test reads what was sent.
// Streams deliver the body in pieces of `piece_bytes`.
class ScriptedHttpClient final : public HttpClient {
 public:
  using Answer = std::function<Result<HttpResponse>(const HttpRequest&)>;

  explicit ScriptedHttpClient(Answer answer, std::size_t piece_bytes = 7)
      : answer_(std::move(answer)), piece_bytes_(piece_bytes) {}

  // From now on streams fail with this error once their body is delivered.
  void end_streams_with(Error error) { end_ = std::move(error); }
  // Everything sent so far.
  [[nodiscard]] std::vector<HttpRequest> requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
  }

  Task<Result<HttpResponse>> send(CallContext context, HttpRequest request) override {
    CO_TRY_VOID(context.check());
    remember(request);
    co_return answer_(request);
  }

  Task<Result<std::unique_ptr<HttpStream>>> open(CallContext context,
                                                 HttpRequest request) override {
    CO_TRY_VOID(context.check());
    remember(request);
    CO_TRY(auto response, answer_(request));
    co_return std::make_unique<Stream>(std::move(response), piece_bytes_, end_);
  }

 private:
  class Stream final : public HttpStream {
   public:
    Stream(HttpResponse response, std::size_t piece_bytes, std::optional<Error> end)
        : body_(std::move(response.body)),
          head_(std::move(response)),
          piece_bytes_(piece_bytes),
          end_(std::move(end)) {
      head_.body.clear();
    }

    [[nodiscard]] const HttpResponse& head() const override { return head_; }

    Task<Result<std::optional<std::string>>> next(CallContext context) override {
      CO_TRY_VOID(context.check());
      if (read_ == body_.size() && end_) co_return fail(*end_);
      if (read_ == body_.size()) co_return std::nullopt;
      auto piece = body_.substr(read_, piece_bytes_);
      read_ += piece.size();
      co_return std::optional<std::string>(std::move(piece));
    }

   private:
    std::string body_;
    HttpResponse head_;
    std::size_t piece_bytes_;
    std::optional<Error> end_;
    std::size_t read_ = 0;
  };

  void remember(const HttpRequest& request) {
    std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }

  Answer answer_;
  std::size_t piece_bytes_;
  std::optional<Error> end_;
  mutable std::mutex mutex_;
  std::vector<HttpRequest> requests_;
};

}  // namespace aiva
