#include "adapters/otlp/otlp_exporter.h"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "adapters/otlp/internal/span_json.h"
#include "foundation/crypto.h"
#include "foundation/log.h"
#include "foundation/task.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view traces_path = "/v1/traces";
constexpr std::size_t answer_bytes_max = 64 * 1024;

// What an attempt came to.
enum class Outcome { taken, refused, again };

struct Attempt {
  Outcome outcome = Outcome::again;
  std::int64_t rejected = 0;                  // of what was taken
  std::optional<milliseconds> retry_after{};  // what the collector asked for
  std::string reason{};                       // why it was not taken
};

bool may_repeat(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

// Seconds; a date is taken for none.
std::optional<milliseconds> retry_after_of(const HttpResponse& response) {
  auto text = response.header("Retry-After");
  std::int64_t seconds = 0;
  auto end = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size() || seconds < 0)
    return std::nullopt;
  return std::chrono::seconds(std::min<std::int64_t>(seconds, 24 * 3600));
}

double random_fraction() {
  std::array<std::uint8_t, 2> bytes{};
  random_bytes(bytes);
  return (bytes[0] * 256 + bytes[1]) / 65536.0;
}

Counter& dropped(Metrics& metrics, const char* reason) {
  return metrics.counter("aiva_trace_spans_dropped_total",
                         "Steps of traces that the collector did not get", {{"reason", reason}});
}

class OtlpExporter final : public TraceExporter {
 public:
  OtlpExporter(OtlpOptions options, HttpClient& http, Metrics& metrics)
      : options_(std::move(options)),
        http_(http),
        exported_(metrics.counter("aiva_trace_spans_exported_total",
                                  "Steps of traces that the collector took")),
        retries_(metrics.counter("aiva_trace_export_retries_total",
                                 "Batches of traces that were sent again")),
        queue_full_(dropped(metrics, "queue_full")),
        refused_(dropped(metrics, "refused")),
        undeliverable_(dropped(metrics, "undeliverable")),
        queued_gauge_(metrics.gauge("aiva_trace_spans_queued",
                                    "Steps of traces that wait for the collector")),
        thread_([this] { run(); }) {}

  ~OtlpExporter() override {
    {
      std::lock_guard lock(mutex_);
      is_stopping_ = true;
      changed_.notify_all();
    }
    thread_.join();
  }

  void take(RecordedTrace& trace) override {
    auto spans = trace.spans.size();
    std::lock_guard lock(mutex_);
    if (is_stopping_ || queued_spans_ + spans > options_.queue_spans_max) {
      queue_full_.add(static_cast<double>(spans));
      return;
    }
    queue_.push_back(std::move(trace));
    trace = {};
    queued_spans_ += spans;
    queued_gauge_.set(static_cast<double>(queued_spans_));
    if (queue_.size() == 1 || queued_spans_ >= options_.batch_spans_max) changed_.notify_all();
  }

 private:
  using Batch = std::vector<RecordedTrace>;

  static std::size_t spans_of(const Batch& batch) {
    std::size_t count = 0;
    for (const auto& trace : batch) count += trace.spans.size();
    return count;
  }

  void run() {
    pthread_setname_np(pthread_self(), "otlp");
    for (;;) {
      auto batch = next_batch();
      if (batch.empty()) return;
      deliver(batch);
    }
  }

  // Waits for a full batch or for its time; empty: it is over.
  Batch next_batch() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
    changed_.wait_for(lock, options_.interval,
                      [this] { return is_stopping_ || queued_spans_ >= options_.batch_spans_max; });
    if (is_stopping_ && !ends_at_) ends_at_ = steady_clock::now() + options_.drain_max;
    if (ends_at_ && steady_clock::now() >= *ends_at_) give_up_queue();
    Batch batch;
    std::size_t spans = 0;
    while (!queue_.empty()) {
      auto more = queue_.front().spans.size();
      if (!batch.empty() && spans + more > options_.batch_spans_max) break;
      spans += more;
      batch.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    queued_spans_ -= spans;
    queued_gauge_.set(static_cast<double>(queued_spans_));
    return batch;
  }

  // Under the lock.
  void give_up_queue() {
    undeliverable_.add(static_cast<double>(queued_spans_));
    queued_spans_ = 0;
    queue_.clear();
  }

  void deliver(const Batch& batch) {
    auto spans = static_cast<double>(spans_of(batch));
    auto body = otlp::write_request(options_, batch);
    for (int attempt = 1;; ++attempt) {
      auto tried = send(body);
      tell(tried);
      if (tried.outcome == Outcome::taken) {
        auto rejected = std::min(static_cast<double>(tried.rejected), spans);
        refused_.add(rejected);
        return exported_.add(spans - rejected);
      }
      if (tried.outcome == Outcome::refused) return refused_.add(spans);
      if (attempt >= options_.attempts_max || !wait_to_retry(attempt, tried.retry_after))
        return undeliverable_.add(spans);
      retries_.add();
    }
  }

  Attempt send(const std::string& body) {
    HttpRequest request{.method = "POST",
                        .url = options_.url,
                        .headers = options_.headers,
                        .body = body,
                        .timeout = time_for_attempt(),
                        .response_bytes_max = answer_bytes_max,
                        .may_reach_private_addresses = true};
    request.headers.push_back({"Content-Type", "application/json"});
    auto response = sync_wait(http_.send({}, std::move(request)));
    if (!response) return {.reason = response.error().message};
    auto status = response->status;
    if (status >= 200 && status < 300)
      return {.outcome = Outcome::taken, .rejected = otlp::count_rejected(response->body)};
    return {.outcome = may_repeat(status) ? Outcome::again : Outcome::refused,
            .retry_after = retry_after_of(*response),
            .reason = "HTTP status " + std::to_string(status)};
  }

  milliseconds time_for_attempt() {
    std::lock_guard lock(mutex_);
    return is_stopping_ ? std::min(options_.timeout, options_.drain_max) : options_.timeout;
  }

  // One line when the collector stops taking, and one when it takes again.
  void tell(const Attempt& attempt) {
    bool is_well = attempt.outcome == Outcome::taken;
    if (std::exchange(was_well_, is_well) == is_well) return;
    if (is_well)
      log::info("Traces are taken again");
    else
      log::warn("Traces are not taken by their collector", {{"reason", attempt.reason}});
  }

  // False: it is over, nothing is sent again.
  bool wait_to_retry(int attempt, std::optional<milliseconds> retry_after) {
    auto wait = options_.backoff_first;
    for (int i = 1; i < attempt && wait < options_.backoff_max; ++i) wait *= 2;
    wait = std::min(wait, options_.backoff_max);
    // From the half of it on, so that many processes do not come back together.
    wait = milliseconds(static_cast<std::int64_t>(static_cast<double>(wait.count()) *
                                                  (0.5 + random_fraction() / 2)));
    if (retry_after) wait = std::min(*retry_after, options_.retry_after_max);
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, wait, [this] { return is_stopping_; });
  }

  OtlpOptions options_;
  HttpClient& http_;
  Counter& exported_;
  Counter& retries_;
  Counter& queue_full_;
  Counter& refused_;
  Counter& undeliverable_;
  Gauge& queued_gauge_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<RecordedTrace> queue_;
  std::size_t queued_spans_ = 0;
  bool is_stopping_ = false;
  std::optional<steady_clock::time_point> ends_at_;  // of the thread alone, like the next
  bool was_well_ = true;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace

Result<std::unique_ptr<TraceExporter>> make_otlp_exporter(OtlpOptions options, HttpClient& http,
                                                          Metrics& metrics) {
  bool is_url = options.url.starts_with("http://") || options.url.starts_with("https://");
  if (!is_url)
    return fail(ErrorCode::invalid, "The collector's URL must begin with http:// or https://");
  while (options.url.ends_with('/')) options.url.pop_back();
  if (!options.url.ends_with(traces_path)) options.url += traces_path;
  return std::make_unique<OtlpExporter>(std::move(options), http, metrics);
}

}  // namespace aiva
