#pragma once

#include <string>

#include "capabilities/models/internal/breaker.h"
#include "foundation/metrics.h"
#include "ports/chat_model.h"
#include "ports/model_server/failure.h"

namespace aiva::models {

// What is counted of one provider, whosever key is used. Any thread.
class ProviderMetrics {
 public:
  ProviderMetrics(Metrics& metrics, const std::string& provider);

  enum class Outcome { answered, failed, given_up };
  void count(Outcome outcome);
  // An attempt that failed, which may have been repeated.
  void count(model_server::FailureKind kind);
  void count_fall_back() { fall_backs_.add(); }
  void observe_queue(double seconds) { queue_seconds_.observe(seconds); }
  void observe_first_token(double seconds) { first_token_seconds_.observe(seconds); }
  // Of an answer that came to its end, from asking on.
  void observe_answer(double seconds) { answer_seconds_.observe(seconds); }
  void count_tokens(const ChatUsage& usage);
  void add_waiting(double amount) { waiting_.add(amount); }
  // Of the operator's key.
  void show(Breaker::State state);

 private:
  Metrics& metrics_;
  std::string provider_;
  Counter& answered_;
  Counter& failed_;
  Counter& given_up_;
  Counter& rate_limited_;
  Counter& fall_backs_;
  Histogram& queue_seconds_;
  Histogram& first_token_seconds_;
  Histogram& answer_seconds_;
  Counter& input_tokens_;
  Counter& output_tokens_;
  Gauge& waiting_;
  Gauge& breaker_;
};

}  // namespace aiva::models
