#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/redis/redis.h"
#include "foundation/result.h"

namespace aiva::redis {

// Appends a command as RESP, an array of bulk strings.
void write_command(const RedisCommand& command, std::string& out);

// Cuts a stream of bytes into replies (RESP2, by hiredis' reader).
class ReplyReader {
 public:
  // A reply of more than `bytes_max` is refused.
  explicit ReplyReader(std::size_t bytes_max);
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  // Fails with `too_large`; the stream cannot be read on then.
  Result<void> feed(std::string_view bytes);
  // The next whole reply, or nothing until more is fed. Fails with `unavailable` on bytes that are
  // no RESP.
  Result<std::optional<RedisReply>> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What a reply of the kind `error` means to a caller. Nothing of the command is quoted.
Error to_error(const RedisReply& reply);
// The reply, or the failure it stands for.
Result<RedisReply> checked(RedisReply reply);

}  // namespace aiva::redis
