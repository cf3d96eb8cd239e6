#pragma once

#include <initializer_list>
#include <string_view>
#include <variant>

#include "foundation/call_context.h"
#include "foundation/error.h"

namespace aiva::log {

enum class Level { debug, info, warn, error };

// One field of a log line; text is borrowed for the call.
struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;

  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, bool v) : name(n), value(v) {}
  template <std::integral I>
  Field(std::string_view n, I v) : name(n), value(static_cast<std::int64_t>(v)) {}
  Field(std::string_view n, double v) : name(n), value(v) {}
};
using Fields = std::initializer_list<Field>;

struct Settings {
  Level level = Level::info;
  bool is_json = true;  // false: one readable line per event, for terminals
};

// Sets where lines go (standard error, written by a background thread). Call once at start.
void start(const Settings& settings);
// Writes what is queued. Call before the program ends.
void flush();
bool is_enabled(Level level);

// Queues one line {"ts","level","msg",…fields}; never blocks, drops the oldest lines on overload.
// Never pass secrets, tokens, passwords or document text.
void write(Level level, std::string_view message, Fields fields = {});

inline void debug(std::string_view message, Fields fields = {}) {
  if (is_enabled(Level::debug)) write(Level::debug, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
  write(Level::info, message, fields);
}
inline void warn(std::string_view message, Fields fields = {}) {
  write(Level::warn, message, fields);
}
inline void error(std::string_view message, Fields fields = {}) {
  write(Level::error, message, fields);
}
// Logs an Error with its cause, and whose call it was: tenant, trace and span, and what the work is
// called where it is recorded.
void failure(std::string_view message, const CallContext& context, const Error& error);

}  // namespace aiva::log
