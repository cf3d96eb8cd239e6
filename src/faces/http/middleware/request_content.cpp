#include "faces/http/middleware/request_content.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "faces/http/header_text.h"
#include "faces/http/internal/form_assembler.h"
#include "faces/http/internal/staged_file.h"
#include "foundation/crypto.h"

namespace aiva::http {
namespace {

constexpr std::size_t form_window_bytes = 512 * 1024;
constexpr std::size_t text_step_bytes = 16 * 1024;
constexpr std::size_t text_step_bytes_max = 256 * 1024;
constexpr std::size_t boundary_bytes_max = 70;

bool is_form(const Exchange& exchange) {
  auto media_type = media_type_of(exchange.head.content_type);
  return equals_ignoring_case(media_type, "multipart/form-data");
}

// A list of comma-separated values, where a route takes forms as well.
bool is_list(const Exchange& exchange) {
  return exchange.route->options.body == BodyKind::json_or_multipart &&
         equals_ignoring_case(media_type_of(exchange.head.content_type), "text/csv");
}

std::uint64_t bytes_max(const Exchange& exchange) {
  const auto& options = exchange.route->options;
  bool has_files = body_kind(exchange) == BodyKind::multipart;
  return options.body_bytes_max + (has_files ? options.file_bytes_max : 0);
}

bool is_json(std::string_view media_type) {
  return equals_ignoring_case(media_type, "application/json") || media_type.ends_with("+json");
}

bool is_text(std::string_view media_type) {
  return is_json(media_type) || media_type.starts_with("text/") ||
         equals_ignoring_case(media_type, "application/csv") ||
         equals_ignoring_case(media_type, "application/x-ndjson");
}

std::unexpected<Failure> too_large(std::uint64_t allowed) {
  return std::unexpected(
      body_too_large("The body may have at most " + std::to_string(allowed) + " bytes"));
}

Task<Outcome> read_text(Exchange& exchange) {
  auto& body = exchange.body;
  auto& text = exchange.request.body;
  auto allowed = bytes_max(exchange);
  auto step = std::min<std::uint64_t>(body.announced() > 0 ? body.announced() : text_step_bytes,
                                      std::min<std::uint64_t>(allowed + 1, text_step_bytes_max));
  while (!body.is_complete()) {
    auto filled = text.size();
    text.resize(filled + static_cast<std::size_t>(step));
    std::span<char> room(text.data() + filled, text.size() - filled);
    auto count = co_await body.read(room);
    if (!count) co_return std::unexpected(std::move(count.error()));
    text.resize(filled + *count);
    if (text.size() > allowed) co_return too_large(allowed);
  }
  co_return Outcome{};
}

// Reads until the window is full or the body ends.
Task<Outcome> fill(Exchange& exchange, std::span<char> window, std::size_t& filled) {
  while (filled < window.size() && !exchange.body.is_complete()) {
    auto count = co_await exchange.body.read(window.subspan(filled));
    if (!count) co_return std::unexpected(std::move(count.error()));
    filled += *count;
  }
  co_return Outcome{};
}

Task<Outcome> read_form(Exchange& exchange, const ContentOptions& options) {
  auto boundary = header_parameter(exchange.head.content_type, "boundary");
  if (boundary.empty() || boundary.size() > boundary_bytes_max)
    co_return std::unexpected(bad_request("The multipart boundary is missing or too long"));
  const auto& route = exchange.route->options;
  FormAssembler assembler(boundary, options.staging_folder,
                          {.parts_max = options.limits.form_parts_max,
                           .field_bytes_max = options.limits.form_field_bytes_max,
                           .file_bytes_max = route.file_bytes_max});
  auto memory = std::make_unique_for_overwrite<char[]>(form_window_bytes);
  std::span<char> window(memory.get(), form_window_bytes);
  std::size_t filled = 0;
  auto assemble = [&assembler, &window, &filled]() -> Result<std::size_t> {
    return assembler.consume({window.data(), filled});
  };
  auto allowed = bytes_max(exchange);
  while (!assembler.is_complete()) {
    auto read = co_await fill(exchange, window, filled);
    if (!read) co_return std::unexpected(std::move(read.error()));
    if (exchange.body.received() > allowed) co_return too_large(allowed);
    auto task = run_on(options.files, exchange.context, assemble);
    auto consumed = co_await std::move(task);
    co_await ContinueOn(exchange.thread);
    if (!consumed) co_return std::unexpected(Failure(std::move(consumed.error())));
    filled -= *consumed;
    std::memmove(window.data(), window.data() + *consumed, filled);
    bool is_stuck = exchange.body.is_complete() || filled == window.size();
    if (is_stuck && !assembler.is_complete())
      co_return std::unexpected(Failure(
          Error{.code = ErrorCode::invalid, .message = "Malformed multipart body: it ends early"}));
  }
  exchange.request.form = assembler.take();
  // What may stand behind the closing boundary has no meaning.
  while (!exchange.body.is_complete()) {
    filled = 0;
    auto read = co_await fill(exchange, window, filled);
    if (!read) co_return std::unexpected(std::move(read.error()));
    if (exchange.body.received() > allowed) co_return too_large(allowed);
  }
  co_return Outcome{};
}

// The whole body as one file of the staging folder.
Task<Outcome> read_file(Exchange& exchange, const ContentOptions& options) {
  UploadedForm form;
  auto& upload = form.files.emplace_back();
  upload.field = "file";
  upload.media_type = "text/csv";
  auto path = options.staging_folder / (std::string(staged_file_prefix) + random_token(18));
  auto made = StagedFile::create(path);
  if (!made) co_return std::unexpected(Failure(std::move(made.error())));
  upload.own(std::move(path));
  Sha256 hash;
  auto memory = std::make_unique_for_overwrite<char[]>(form_window_bytes);
  std::span<char> window(memory.get(), form_window_bytes);
  auto allowed = bytes_max(exchange);
  while (!exchange.body.is_complete()) {
    std::size_t filled = 0;
    auto read = co_await fill(exchange, window, filled);
    if (!read) co_return std::unexpected(std::move(read.error()));
    if (exchange.body.received() > allowed) co_return too_large(allowed);
    upload.size += filled;
    auto store = [&made, &hash, &window, filled]() -> Result<void> {
      hash.update({window.data(), filled});
      return made->write({window.data(), filled});
    };
    auto task = run_on(options.files, exchange.context, store);
    auto stored = co_await std::move(task);
    co_await ContinueOn(exchange.thread);
    if (!stored) co_return std::unexpected(Failure(std::move(stored.error())));
  }
  auto close = [&made]() { return made->finish(); };
  auto task = run_on(options.files, exchange.context, close);
  auto closed = co_await std::move(task);
  co_await ContinueOn(exchange.thread);
  if (!closed) co_return std::unexpected(Failure(std::move(closed.error())));
  upload.sha256 = to_hex(hash.finish());
  exchange.request.form = std::move(form);
  co_return Outcome{};
}

}  // namespace

BodyKind body_kind(const Exchange& exchange) {
  if (exchange.route == nullptr) return BodyKind::none;
  auto kind = exchange.route->options.body;
  if (kind != BodyKind::json_or_multipart) return kind;
  bool has_file = is_form(exchange) || is_list(exchange);
  return has_file ? BodyKind::multipart : BodyKind::json;
}

Outcome check_content(const Exchange& exchange) {
  auto kind = body_kind(exchange);
  bool has_body = exchange.head.has_body();
  if (kind == BodyKind::multipart && !is_form(exchange) && !is_list(exchange))
    return std::unexpected(unsupported_media_type("Send the body as multipart/form-data"));
  if (kind == BodyKind::none || !has_body) return {};
  if (kind == BodyKind::json && !is_json(media_type_of(exchange.head.content_type)))
    return std::unexpected(unsupported_media_type("Send the body as application/json"));
  if (kind == BodyKind::text && !is_text(media_type_of(exchange.head.content_type)))
    return std::unexpected(unsupported_media_type("Send the body as JSON or text/csv"));
  auto allowed = bytes_max(exchange);
  if (exchange.body.announced() > allowed) return too_large(allowed);
  return {};
}

Task<Outcome> read_content(Exchange& exchange, const ContentOptions& options) {
  switch (body_kind(exchange)) {
    case BodyKind::none:
    case BodyKind::json_or_multipart: break;
    case BodyKind::json:
    case BodyKind::text: {
      auto outcome = co_await read_text(exchange);
      co_return outcome;
    }
    case BodyKind::multipart: {
      auto reading =
          is_list(exchange) ? read_file(exchange, options) : read_form(exchange, options);
      auto outcome = co_await std::move(reading);
      co_return outcome;
    }
  }
  co_return Outcome{};
}

}  // namespace aiva::http
