#include "adapters/redis/internal/sign_in.h"

#include <string>
#include <utility>

namespace aiva::redis {
namespace {

std::unexpected<Error> broken(const Address& address, const error_code& error) {
  return fail(ErrorCode::unavailable, "The connection to Redis broke off",
              address.to_string() + ": " + error.message());
}

}  // namespace

Awaitable<Result<void>> sign_in(Newcomer newcomer) {
  auto& [stream, reader, buffer, settings, address] = newcomer;
  const auto& target = settings.target;
  std::vector<RedisCommand> commands;
  if (!target.user.empty())
    commands.push_back({"AUTH", target.user, target.password});
  else if (!target.password.empty())
    commands.push_back({"AUTH", target.password});
  if (target.database != 0) commands.push_back({"SELECT", std::to_string(target.database)});
  commands.push_back({"CLIENT", "SETNAME", settings.client_name});
  std::string bytes;
  for (const auto& command : commands) write_command(command, bytes);
  auto [failure, written] = co_await stream.write(asio::buffer(bytes), waiting);
  if (failure) co_return broken(address, failure);
  std::size_t answered = 0;
  while (answered < commands.size()) {
    auto [error, count] = co_await stream.read_some(asio::buffer(buffer));
    if (error) co_return broken(address, error);
    CO_TRY_VOID(reader.feed({buffer.data(), count}));
    CO_TRY(auto reply, reader.next());
    for (; reply; ++answered) {
      if (answered + 1 < commands.size()) CO_TRY_VOID(checked(std::move(*reply)));
      CO_TRY(reply, reader.next());
    }
  }
  co_return Result<void>{};
}

}  // namespace aiva::redis
