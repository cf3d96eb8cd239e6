#include "faces/ari/internal/wire.h"

#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "foundation/text/utf8.h"

namespace aiva::ari {
namespace {

constexpr std::size_t message_bytes_max = 4 * 1024 * 1024;
constexpr std::size_t text_bytes_max = 1024;

std::string text_in(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(utf8_prefix(value->get_string(), text_bytes_max));
}

const json::Object* object_in(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

int number_in(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_int64()) return 0;
  auto number = value->get_int64();
  return number < 0 || number > 9999 ? 0 : static_cast<int>(number);
}

std::vector<std::string> texts_in(const json::Object& object, std::string_view name) {
  std::vector<std::string> texts;
  const auto* value = object.if_contains(name);
  const auto* array = value == nullptr ? nullptr : value->if_array();
  if (array == nullptr) return texts;
  for (const auto& item : *array)
    if (item.is_string()) texts.emplace_back(utf8_prefix(item.get_string(), text_bytes_max));
  return texts;
}

Channel read_channel(const json::Object& object) {
  Channel channel{.id = text_in(object, "id"),
                  .name = text_in(object, "name"),
                  .state = text_in(object, "state")};
  if (const auto* caller = object_in(object, "caller")) {
    channel.caller_number = text_in(*caller, "number");
    channel.caller_name = text_in(*caller, "name");
  }
  if (const auto* dialplan = object_in(object, "dialplan")) {
    channel.extension = text_in(*dialplan, "exten");
    channel.application = text_in(*dialplan, "app_name");
    channel.application_data = text_in(*dialplan, "app_data");
  }
  return channel;
}

Event read_event(const json::Object& object, std::string type) {
  Event event{.type = std::move(type),
              .args = texts_in(object, "args"),
              .dial_status = text_in(object, "dialstatus"),
              .cause = number_in(object, "cause")};
  const auto* channel = object_in(object, "channel");
  if (channel == nullptr) channel = object_in(object, "peer");
  if (channel != nullptr) event.channel = read_channel(*channel);
  if (const auto* bridge = object_in(object, "bridge")) event.bridge = text_in(*bridge, "id");
  return event;
}

Reply read_reply(const json::Object& object) {
  Reply reply{.request = text_in(object, "request_id"),
              .status = number_in(object, "status_code"),
              .reason = text_in(object, "reason_phrase")};
  if (const auto* body = object.if_contains("message_body"); body != nullptr && body->is_string())
    reply.body = body->get_string();
  return reply;
}

// Unreserved characters of RFC 3986 and what paths of names need.
std::string escaped(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain)
      out += c;
    else
      out.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
  return out;
}

template <class Item, class Read>
Result<std::vector<Item>> read_list(std::string_view body, Read read) {
  TRY(auto value, json::parse(body, {.bytes_max = message_bytes_max, .depth_max = 16}));
  const auto* array = value.if_array();
  if (array == nullptr) return fail(ErrorCode::invalid, "Asterisk sent no list");
  std::vector<Item> items;
  for (const auto& item : *array)
    if (const auto* object = item.if_object()) items.push_back(read(*object));
  return items;
}

}  // namespace

Result<std::variant<Event, Reply>> read_message(std::string_view text) {
  TRY(auto value, json::parse(text, {.bytes_max = message_bytes_max, .depth_max = 16}));
  const auto* object = value.if_object();
  if (object == nullptr) return fail(ErrorCode::invalid, "Asterisk sent no object");
  auto type = text_in(*object, "type");
  if (type.empty()) return fail(ErrorCode::invalid, "Asterisk sent a message without a type");
  if (type == "RESTResponse") return read_reply(*object);
  return read_event(*object, std::move(type));
}

std::string request_text(const Request& request, std::string_view id) {
  auto uri = request.path;
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    uri.append({separator}).append(name).append("=").append(escaped(value));
    separator = '&';
  }
  std::string text;
  JsonWriter writer(text);
  writer.begin_object()
      .field("type", "RESTRequest")
      .field("transaction_id", id)
      .field("request_id", id)
      .field("method", request.method)
      .field("uri", uri)
      .end_object();
  return text;
}

Result<std::vector<Channel>> read_channels(std::string_view body) {
  return read_list<Channel>(body, read_channel);
}

Result<std::vector<Bridge>> read_bridges(std::string_view body) {
  return read_list<Bridge>(body, [](const json::Object& object) {
    return Bridge{.id = text_in(object, "id"),
                  .name = text_in(object, "name"),
                  .channels = texts_in(object, "channels")};
  });
}

std::string read_value(std::string_view body) {
  auto value = json::parse(body);
  const auto* object = value ? value->if_object() : nullptr;
  return object == nullptr ? std::string() : text_in(*object, "value");
}

Error error_of(const Reply& reply) {
  auto code = ErrorCode::unavailable;
  if (reply.status == 400) code = ErrorCode::invalid;
  if (reply.status == 401 || reply.status == 403) code = ErrorCode::forbidden;
  if (reply.status == 404) code = ErrorCode::not_found;
  if (reply.status == 409 || reply.status == 412 || reply.status == 422) code = ErrorCode::conflict;
  return {.code = code,
          .message = "The telephone system refused",
          .cause = std::to_string(reply.status) + " " + reply.reason + " " +
                   std::string(utf8_prefix(reply.body, text_bytes_max))};
}

voice::DialEnd dial_end_of(int cause) {
  using voice::DialEnd;
  switch (cause) {
    case 17: return DialEnd::busy;
    case 16:  // ended by us, or cleared without an answer
    case 18:
    case 19: return DialEnd::no_answer;
    case 21:
    case 55:
    case 57: return DialEnd::rejected;
    case 0:  // there was no way there
    case 1:
    case 2:
    case 3:
    case 20:
    case 22:
    case 27:
    case 28:
    case 38:
    case 88: return DialEnd::unreachable;
    default: return DialEnd::failed;
  }
}

}  // namespace aiva::ari
