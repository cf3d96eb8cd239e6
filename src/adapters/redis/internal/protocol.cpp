#include "adapters/redis/internal/protocol.h"

#include <hiredis/hiredis.h>

#include <utility>

namespace aiva::redis {
namespace {

constexpr std::size_t cause_bytes_max = 200;

struct FreeReader {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

// Nesting is bounded by hiredis' reader.
RedisReply to_reply(const redisReply& from) {
  RedisReply reply;
  auto text = [&from] { return from.str == nullptr ? "" : std::string(from.str, from.len); };
  switch (from.type) {
    case REDIS_REPLY_INTEGER:
      reply.kind = RedisReply::Kind::integer;
      reply.integer = from.integer;
      break;
    case REDIS_REPLY_STRING:
      reply.kind = RedisReply::Kind::text;
      reply.text = text();
      break;
    case REDIS_REPLY_STATUS:
      reply.kind = RedisReply::Kind::status;
      reply.text = text();
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = RedisReply::Kind::error;
      reply.text = text();
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = RedisReply::Kind::list;
      reply.list.reserve(from.elements);
      for (std::size_t i = 0; i < from.elements; ++i)
        reply.list.push_back(to_reply(*from.element[i]));
      break;
    default: break;
  }
  return reply;
}

Error unavailable(std::string message, const std::string& said) {
  return {.code = ErrorCode::unavailable,
          .message = std::move(message),
          .cause = said.substr(0, cause_bytes_max)};
}

}  // namespace

void write_command(const RedisCommand& command, std::string& out) {
  out += '*' + std::to_string(command.size()) + "\r\n";
  for (const auto& argument : command) {
    out += '$' + std::to_string(argument.size()) + "\r\n";
    out += argument;
    out += "\r\n";
  }
}

struct ReplyReader::State {
  std::unique_ptr<redisReader, FreeReader> reader{redisReaderCreate()};
  std::size_t bytes_max = 0;
  std::size_t bytes = 0;  // fed since the last whole reply
};

ReplyReader::ReplyReader(std::size_t bytes_max) : state_(std::make_unique<State>()) {
  state_->bytes_max = bytes_max;
}
ReplyReader::~ReplyReader() = default;

Result<void> ReplyReader::feed(std::string_view bytes) {
  state_->bytes += bytes.size();
  if (state_->bytes > state_->bytes_max)
    return fail(ErrorCode::too_large, "An answer of Redis is larger than allowed");
  if (state_->reader == nullptr ||
      redisReaderFeed(state_->reader.get(), bytes.data(), bytes.size()) != REDIS_OK)
    return fail(ErrorCode::unavailable, "The answer of Redis cannot be read");
  return {};
}

Result<std::optional<RedisReply>> ReplyReader::next() {
  void* found = nullptr;
  if (redisReaderGetReply(state_->reader.get(), &found) != REDIS_OK)
    return fail(ErrorCode::unavailable, "The answer of Redis is malformed", state_->reader->errstr);
  if (found == nullptr) return std::nullopt;
  std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(found));
  state_->bytes = 0;
  return to_reply(*reply);
}

Error to_error(const RedisReply& reply) {
  std::string_view said = reply.text;
  auto is = [said](std::string_view word) { return said.starts_with(word); };
  if (is("NOAUTH")) return unavailable("Redis wants a password", reply.text);
  if (is("WRONGPASS") || is("ERR invalid password") || is("ERR AUTH"))
    return {.code = ErrorCode::unavailable, .message = "Redis refuses the user or the password"};
  if (is("NOPERM"))
    return unavailable("The Redis user has no right to a command or a key", reply.text);
  if (is("OOM")) return unavailable("Redis has no memory left", reply.text);
  if (is("LOADING")) return unavailable("Redis is still reading its data", reply.text);
  if (is("BUSY")) return unavailable("Redis is busy with a script", reply.text);
  if (is("MOVED") || is("ASK") || is("CLUSTERDOWN") || is("TRYAGAIN") || is("CROSSSLOT"))
    return unavailable("The Redis Cluster cannot answer now", reply.text);
  if (is("READONLY") || is("MASTERDOWN") || is("NOREPLICAS") || is("MISCONF"))
    return unavailable("Redis takes no writes now", reply.text);
  if (is("ERR unknown command"))
    return unavailable("This Redis lacks a command; it may be too old", {});  // quotes arguments
  return internal_error("Redis: " + reply.text.substr(0, cause_bytes_max));
}

Result<RedisReply> checked(RedisReply reply) {
  if (reply.kind == RedisReply::Kind::error) return fail(to_error(reply));
  return reply;
}

}  // namespace aiva::redis
