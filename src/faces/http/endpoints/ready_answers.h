#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "faces/http/response.h"
#include "foundation/lru_cache.h"

namespace aiva::http {

// Answers made once for objects that capabilities hand out again and again: as long as the same
// object comes, its JSON is copied instead of written. Any thread.
template <class Content>
class ReadyAnswers {
 public:
  using Pointer = std::shared_ptr<const Content>;

  explicit ReadyAnswers(std::size_t answers_max) : answers_(answers_max, time_to_live) {}

  // The 200 answer for `content`; `make(const Content&)` makes the Response the first time.
  template <class Make>
  Response answer(const Pointer& content, Make make) {
    if (auto ready = answers_.get(content.get())) return Response{.body = ready->body};
    Response response = make(*content);
    answers_.put(content.get(), std::make_shared<Ready>(content, response.body));
    return response;
  }

 private:
  // Holds the object, so that its address stays its name.
  struct Ready {
    Pointer content;
    std::string body;
  };

  static constexpr std::chrono::minutes time_to_live{5};
  LruCache<const Content*, Ready> answers_;
};

}  // namespace aiva::http
