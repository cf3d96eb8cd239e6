#include "faces/http/response.h"

#include "foundation/text/utf8.h"

namespace aiva::http {
namespace {

// Runs an event producer over a plain body.
Task<Result<void>> produce_events(EventProducer& producer, CallContext context, BodyWriter& body) {
  EventWriter events(body);
  auto task = producer(std::move(context), events);
  auto outcome = co_await std::move(task);
  co_return outcome;
}

// A file name as RFC 6266 wants it: an ASCII fallback and the UTF-8 form of RFC 8187.
std::string attachment_header(std::string_view name) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string fallback;
  std::string encoded;
  for (char c : name) {
    auto byte = static_cast<unsigned char>(c);
    bool is_ascii = byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
    fallback += is_ascii ? c : '_';
    if (plain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += digits[byte >> 4];
      encoded += digits[byte & 15];
    }
  }
  return "attachment; filename=\"" + fallback + "\"; filename*=UTF-8''" + encoded;
}

}  // namespace

Task<Result<void>> EventWriter::send(std::string event, std::string data, std::string id) {
  std::string text;
  text.reserve(event.size() + data.size() + id.size() + 32);
  auto add_line = [&text](std::string_view field, std::string_view value) {
    text.append(field).append(": ").append(value).append("\n");
  };
  auto one_line = [](std::string_view value) {
    return value.substr(0, value.find_first_of("\r\n"));
  };
  if (!id.empty()) add_line("id", one_line(id));
  if (!event.empty()) add_line("event", one_line(event));
  std::string_view rest = data;
  for (;;) {
    auto end = rest.find('\n');
    auto line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    add_line("data", line);
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  text += '\n';
  auto task = body_.write(std::move(text));
  auto outcome = co_await std::move(task);
  co_return outcome;
}

Response json_response(int status, std::string json_text) {
  return Response{.status = status, .body = std::move(json_text)};
}

Response done_response(int status) { return json_response(status, R"({"success":true})"); }

Response empty_response() { return Response{.status = 204}; }

Response text_response(int status, std::string content_type, std::string text) {
  return Response{
      .status = status, .body = std::move(text), .content_type = std::move(content_type)};
}

Response file_response(std::filesystem::path path, std::string content_type,
                       std::string download_name) {
  Response response{.content_type = std::move(content_type), .file = FileBody{std::move(path)}};
  if (!download_name.empty())
    response.headers.push_back(
        {"Content-Disposition", attachment_header(repair_utf8(download_name))});
  return response;
}

Response event_stream(EventProducer producer) {
  Response response{.content_type = "text/event-stream", .is_event_stream = true};
  response.headers.push_back({"Cache-Control", "no-cache"});
  response.headers.push_back({"X-Accel-Buffering", "no"});
  response.producer = [events = std::move(producer)](CallContext context,
                                                     BodyWriter& body) mutable {
    return produce_events(events, std::move(context), body);
  };
  return response;
}

}  // namespace aiva::http
