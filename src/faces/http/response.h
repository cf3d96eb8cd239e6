#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/json_writer.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::http {

// One header line of an answer. Names are ours; a value with control characters is dropped.
struct Header {
  std::string name;
  std::string value;
};

// Receives the body of an answer piece by piece.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  // Sends a piece and waits until the peer's socket took it. Fails with `cancelled` when the peer
  // is gone or the server stops; return then. The status line goes out with the first piece.
  virtual Task<Result<void>> write(std::string piece) = 0;
  // Whether the status line is out: a failure can then only be told inside the body.
  [[nodiscard]] virtual bool is_started() const { return false; }
  // Says that what was asked for has failed, although the body tells so in due form.
  virtual void mark_failed() {}
};

// Writes Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
// Comments keep a quiet stream alive by themselves.
class EventWriter {
 public:
  explicit EventWriter(BodyWriter& body) : body_(body) {}
  // Sends one event; `data` may have several lines. Fails with `cancelled` when the client is gone.
  Task<Result<void>> send(std::string event, std::string data, std::string id = {});
  // Whether the status line is out; it goes early when the first event takes long.
  [[nodiscard]] bool is_started() const { return body_.is_started(); }
  // Says that the stream tells of a failure; the request may then be sent again under its key.
  void mark_failed() { body_.mark_failed(); }

 private:
  BodyWriter& body_;
};

// Makes a body while it is being sent. A failure before the first piece becomes the error answer; a
// later one cuts the connection. The context is cancelled when the client goes away.
using BodyProducer = std::move_only_function<Task<Result<void>>(CallContext, BodyWriter&)>;
using EventProducer = std::move_only_function<Task<Result<void>>(CallContext, EventWriter&)>;

// A file as a body; byte ranges are answered.
struct FileBody {
  std::filesystem::path path;
};

// What a handler answers.
struct Response {
  int status = 200;
  std::string body{};
  std::string content_type{};  // empty: application/json, if there is a body
  std::vector<Header> headers{};
  std::optional<FileBody> file{};  // instead of `body`
  BodyProducer producer{};         // instead of `body`
  bool is_event_stream = false;    // heartbeat comments while it is quiet
};

// `json_text` as the whole answer.
Response json_response(int status, std::string json_text);

// {"success":true,"data":…}; `write_data(JsonWriter&)` writes exactly one value.
template <class WriteData>
Response ok_response(WriteData write_data, int status = 200) {
  Response response{.status = status};
  response.body.reserve(512);
  JsonWriter writer(response.body);
  writer.begin_object().field("success", true).key("data");
  write_data(writer);
  writer.end_object();
  return response;
}

// {"success":true}
Response done_response(int status = 200);
// 204 without a body.
Response empty_response();
Response text_response(int status, std::string content_type, std::string text);
// Sends a file; `download_name` (may be empty) makes browsers save it.
Response file_response(std::filesystem::path path, std::string content_type,
                       std::string download_name = {});
// A stream of Server-Sent Events. The route needs RouteOptions::is_streaming.
Response event_stream(EventProducer producer);

}  // namespace aiva::http
