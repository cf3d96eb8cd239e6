#include "foundation/log.h"

#include <pthread.h>
#include <signal.h>
#include <spdlog/async.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <cstdio>
#include <memory>

#include "foundation/crypto.h"
#include "foundation/json_writer.h"
#include "foundation/time.h"
#include "foundation/trace_recording.h"

namespace aiva::log {
namespace {

constexpr std::size_t queue_lines_max = 8192;

// The one process-wide sink: a log line must be writable from anywhere, before wiring exists.
struct Sink {
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::logger> logger;
  std::atomic<Level> level = Level::warn;
  bool is_json = true;
};

Sink& sink() {
  static auto* instance = new Sink();
  return *instance;
}

// Signals that ask to stop are for threads that wait for them; one that this thread took would end
// the program.
void take_no_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error: return "error";
  }
  return "error";
}

std::string json_line(Level level, std::string_view message, Fields fields) {
  std::string line;
  line.reserve(256);
  JsonWriter writer(line);
  writer.begin_object();
  writer.field("ts", to_iso8601(unix_ms_now())).field("level", name_of(level));
  writer.field("msg", message);
  for (const auto& field : fields) {
    writer.key(field.name);
    std::visit([&writer](const auto& value) { writer.value(value); }, field.value);
  }
  writer.end_object();
  return line;
}

std::string readable_line(Level level, std::string_view message, Fields fields) {
  std::string line = to_iso8601(unix_ms_now()).substr(11, 12);
  line.append(" ").append(name_of(level)).append(" ").append(message);
  for (const auto& field : fields) {
    line.append("  ").append(field.name).append("=");
    JsonWriter writer(line);
    std::visit([&writer](const auto& value) { writer.value(value); }, field.value);
  }
  return line;
}

// Whose call a line is about, as text; empty: nobody's.
struct CallIds {
  explicit CallIds(const CallContext& context) {
    if (!context.tenant.is_nil()) tenant = context.tenant.to_string();
    if (!context.trace.has_id()) return;
    trace_id = to_hex(context.trace.trace_id);
    span_id = to_hex(context.trace.span_id);
  }

  std::string tenant;
  std::string trace_id;
  std::string span_id;
};

}  // namespace

void start(const Settings& settings) {
  auto& target = sink();
  target.level = settings.level;
  target.is_json = settings.is_json;
  if (target.logger) return;
  target.pool = std::make_shared<spdlog::details::thread_pool>(queue_lines_max, 1, take_no_signals);
  auto output = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  target.logger = std::make_shared<spdlog::async_logger>(
      "aiva", output, target.pool, spdlog::async_overflow_policy::overrun_oldest);
  target.logger->set_pattern("%v");
  target.logger->set_level(spdlog::level::trace);
}

void flush() {
  auto& target = sink();
  if (!target.logger) return;
  target.logger->flush();
  target.logger.reset();
  target.pool.reset();
}

bool is_enabled(Level level) { return level >= sink().level.load(std::memory_order_relaxed); }

void write(Level level, std::string_view message, Fields fields) {
  if (!is_enabled(level)) return;
  auto& target = sink();
  auto line =
      target.is_json ? json_line(level, message, fields) : readable_line(level, message, fields);
  if (target.logger)
    target.logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  else
    std::fprintf(stderr, "%s\n", line.c_str());
}

void failure(std::string_view message, const CallContext& context, const Error& error) {
  auto level = error.code == ErrorCode::internal ? Level::error : Level::warn;
  if (!is_enabled(level)) return;
  CallIds ids(context);
  std::string work;
  if (context.trace.recording) work = context.trace.recording->title();
  write(level, message,
        {{"code", to_string(error.code)},
         {"error", error.message},
         {"cause", error.cause},
         {"tenant", ids.tenant},
         {"trace_id", ids.trace_id},
         {"span_id", ids.span_id},
         {"work", work}});
}

}  // namespace aiva::log
