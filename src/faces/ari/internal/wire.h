#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "capabilities/voice/dialler.h"
#include "foundation/error.h"
#include "foundation/result.h"

// Asterisk's REST Interface as JSON over one WebSocket (rest-api/api-docs/events.json of Asterisk).
namespace aiva::ari {

struct Channel {
  std::string id{};
  std::string name{};
  std::string state{};  // Down | Ring | Ringing | Up | …
  std::string caller_number{};
  std::string caller_name{};
  std::string extension{};    // of the dialplan: what was dialled
  std::string application{};  // that runs: Stasis
  std::string application_data{};
};

struct Bridge {
  std::string id{};
  std::string name{};
  std::vector<std::string> channels{};
};

// Something happened. Only what calls need is read; the rest is empty.
struct Event {
  std::string type{};
  Channel channel{};
  std::vector<std::string> args{};  // of Stasis()
  std::string dial_status{};
  std::string bridge{};
  int cause = 0;  // why a channel ended (Q.850)
};

// A request of ours. `path` is below /ari/; names in it are ours or Asterisk's own.
struct Request {
  std::string_view method;
  std::string path;
  std::vector<std::pair<std::string_view, std::string>> query{};
};

struct Reply {
  std::string request{};  // the id it answers
  int status = 0;
  std::string reason{};
  std::string body{};

  [[nodiscard]] bool is_success() const { return status >= 200 && status < 300; }
};

// One message of Asterisk. Fails with `invalid`.
Result<std::variant<Event, Reply>> read_message(std::string_view text);

// The request as a message; its id comes back in the reply.
std::string request_text(const Request& request, std::string_view id);

// Bodies of replies. Fail with `invalid`.
Result<std::vector<Channel>> read_channels(std::string_view body);
Result<std::vector<Bridge>> read_bridges(std::string_view body);
// The member `value` of a variable's reply; empty when there is none.
std::string read_value(std::string_view body);

// What a reply that is no success means.
Error error_of(const Reply& reply);

// How a call went that ended with that cause (Q.850) before anybody answered.
voice::DialEnd dial_end_of(int cause);

}  // namespace aiva::ari
