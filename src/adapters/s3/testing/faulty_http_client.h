#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/http_client.h"

namespace aiva::s3 {

// A client whose requests a test sees, answers itself, or lets break off on their way back.
class FaultyHttpClient final : public HttpClient {
 public:
  // Answers a request instead of the server; nothing lets it pass.
  using Fault = std::function<std::optional<Result<HttpResponse>>(const HttpRequest&)>;

  explicit FaultyHttpClient(HttpClient& inner) : inner_(inner) {}

  void meet(Fault fault) {
    std::lock_guard lock(mutex_);
    fault_ = std::move(fault);
  }
  // The next answer that has a longer body breaks off after so many bytes.
  void cut_next_after(std::size_t bytes) {
    std::lock_guard lock(mutex_);
    cut_ = bytes;
  }
  [[nodiscard]] std::vector<HttpRequest> requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
  }
  // How many requests of that method were sent.
  [[nodiscard]] std::size_t count(const std::string& method) const {
    std::size_t count = 0;
    for (const auto& request : requests())
      if (request.method == method) ++count;
    return count;
  }

  Task<Result<HttpResponse>> send(CallContext context, HttpRequest request) override {
    auto sending = inner_.send(std::move(context), std::move(request));
    auto response = co_await std::move(sending);
    co_return response;
  }

  Task<Result<std::unique_ptr<HttpStream>>> open(CallContext context,
                                                 HttpRequest request) override {
    std::optional<Result<HttpResponse>> answer;
    Fault fault;
    {
      std::lock_guard lock(mutex_);
      requests_.push_back(request);
      fault = fault_;
    }
    if (fault) answer = fault(request);
    if (answer && !*answer) co_return fail(answer->error());
    if (answer) co_return std::make_unique<Told>(std::move(**answer));
    auto opening = inner_.open(std::move(context), std::move(request));
    CO_TRY(auto stream, co_await std::move(opening));
    co_return std::make_unique<Cut>(*this, std::move(stream));
  }

 private:
  class Told final : public HttpStream {
   public:
    explicit Told(HttpResponse response)
        : body_(std::exchange(response.body, {})), head_(std::move(response)) {}
    [[nodiscard]] const HttpResponse& head() const override { return head_; }
    Task<Result<std::optional<std::string>>> next(CallContext) override {
      if (body_.empty()) co_return std::nullopt;
      co_return std::optional(std::exchange(body_, {}));
    }

   private:
    std::string body_;
    HttpResponse head_;
  };

  class Cut final : public HttpStream {
   public:
    Cut(FaultyHttpClient& owner, std::unique_ptr<HttpStream> inner)
        : owner_(owner), inner_(std::move(inner)) {}
    [[nodiscard]] const HttpResponse& head() const override { return inner_->head(); }
    Task<Result<std::optional<std::string>>> next(CallContext context) override {
      if (owner_.must_cut(given_))
        co_return fail(ErrorCode::unavailable, "The connection broke off");
      auto reading = inner_->next(std::move(context));
      CO_TRY(auto piece, co_await std::move(reading));
      if (piece) given_ += piece->size();
      co_return piece;
    }

   private:
    FaultyHttpClient& owner_;
    std::unique_ptr<HttpStream> inner_;
    std::size_t given_ = 0;
  };

  bool must_cut(std::size_t given) {
    std::lock_guard lock(mutex_);
    if (!cut_ || given < *cut_) return false;
    cut_.reset();
    return true;
  }

  HttpClient& inner_;
  mutable std::mutex mutex_;
  Fault fault_;
  std::optional<std::size_t> cut_;
  std::vector<HttpRequest> requests_;
};

}  // namespace aiva::s3
