#include "capabilities/models/internal/provider_metrics.h"

namespace aiva::models {
namespace {

constexpr const char* requests_help = "Requests to a model provider by how they ended";
constexpr const char* tokens_help =
    "Tokens a model provider counted, those asked with and answered";

Counter& requests(Metrics& metrics, const std::string& provider, const char* outcome) {
  return metrics.counter("aiva_model_requests_total", requests_help,
                         {{"provider", provider}, {"outcome", outcome}});
}

Counter& tokens(Metrics& metrics, const std::string& provider, const char* kind) {
  return metrics.counter("aiva_model_tokens_total", tokens_help,
                         {{"provider", provider}, {"kind", kind}});
}

}  // namespace

ProviderMetrics::ProviderMetrics(Metrics& metrics, const std::string& provider)
    : metrics_(metrics),
      provider_(provider),
      answered_(requests(metrics, provider, "answered")),
      failed_(requests(metrics, provider, "failed")),
      given_up_(requests(metrics, provider, "given_up")),
      rate_limited_(metrics.counter("aiva_model_rate_limited_total",
                                    "Attempts a model provider refused for its limits",
                                    {{"provider", provider}})),
      fall_backs_(metrics.counter("aiva_model_fall_backs_total",
                                  "Requests that went on to another model provider",
                                  {{"provider", provider}})),
      queue_seconds_(metrics.histogram("aiva_model_queue_seconds",
                                       "Time a request waited for its turn", duration_buckets_s(),
                                       {{"provider", provider}})),
      first_token_seconds_(metrics.histogram("aiva_model_first_token_seconds",
                                             "Time until the first piece of an answer",
                                             duration_buckets_s(), {{"provider", provider}})),
      answer_seconds_(metrics.histogram("aiva_model_answer_seconds",
                                        "Time until the end of an answer", duration_buckets_s(),
                                        {{"provider", provider}})),
      input_tokens_(tokens(metrics, provider, "input")),
      output_tokens_(tokens(metrics, provider, "output")),
      waiting_(metrics.gauge("aiva_model_waiting", "Requests that wait for their turn",
                             {{"provider", provider}})),
      breaker_(metrics.gauge("aiva_model_breaker",
                             "0: asked; 1: one call tries it; 2: not asked after failures",
                             {{"provider", provider}})) {}

void ProviderMetrics::count(Outcome outcome) {
  switch (outcome) {
    case Outcome::answered: answered_.add(); return;
    case Outcome::failed: failed_.add(); return;
    case Outcome::given_up: given_up_.add(); return;
  }
}

void ProviderMetrics::count(model_server::FailureKind kind) {
  if (kind == model_server::FailureKind::rate_limited) rate_limited_.add();
  metrics_
      .counter("aiva_model_attempt_failures_total", "Attempts at a model provider that failed",
               {{"provider", provider_}, {"kind", std::string(to_string(kind))}})
      .add();
}

void ProviderMetrics::count_tokens(const ChatUsage& usage) {
  input_tokens_.add(static_cast<double>(usage.input_tokens));
  output_tokens_.add(static_cast<double>(usage.output_tokens));
}

void ProviderMetrics::show(Breaker::State state) {
  switch (state) {
    case Breaker::State::closed: breaker_.set(0); return;
    case Breaker::State::half_open: breaker_.set(1); return;
    case Breaker::State::open: breaker_.set(2); return;
  }
}

}  // namespace aiva::models
