#pragma once

#include <vector>

#include "adapters/redis/internal/connection.h"

namespace aiva::redis {

// A stream that has just opened, and what reads from it; all borrowed.
struct Newcomer {
  Stream& stream;
  ReplyReader& reader;
  std::vector<char>& buffer;
  const ConnectionSettings& settings;
  const Address& address;
};

// Shows the user's password, chooses the database and names the client. All of it goes out at once;
// whether the name was taken does not matter. Fails as the server answers, and with `unavailable`.
Awaitable<Result<void>> sign_in(Newcomer newcomer);

}  // namespace aiva::redis
