#include "faces/http/endpoints/chunk_preview.h"

#include <charconv>
#include <chrono>
#include <string>
#include <utility>

#include "faces/http/endpoints/chunk_json.h"
#include "faces/http/response.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

using identity::Permission;
using knowledge::ChunkPreview;
using knowledge::ChunkPreviews;
using knowledge::PreviewRequest;

constexpr std::size_t text_bytes_max = 2'000'000;
constexpr std::uint64_t body_bytes_max = 4'000'000;  // JSON, or a form but for its file
constexpr std::chrono::seconds preview_time_max{30};
constexpr int number_max = 1'000'000'000;

Response preview_response(const ChunkPreview& preview, knowledge::PageRequest page) {
  return ok_response([&](JsonWriter& writer) {
    writer.begin_object().key("items").begin_array();
    for (const auto& chunk : preview.chunks.items) {
      writer.begin_object();
      write_chunk_fields(writer, chunk);
      writer.end_object();
    }
    writer.end_array()
        .field("total", preview.chunks.total)
        .field("page", page.page)
        .field("limit", page.limit)
        .field("total_tokens", preview.tokens)
        .key("chunks_by_type")
        .begin_object();
    for (const auto& [type, count] : preview.chunks_by_type) writer.field(type, count);
    const auto& document = preview.document;
    writer.end_object()
        .field("chunk_size", preview.cut.chunk_size)
        .field("chunk_overlap", preview.cut.chunk_overlap)
        .field("file_type", to_string(document.format))
        .field("title", document.title)
        .field("total_pages", document.pages)
        .field("pages_read", document.pages_read)
        .field("is_partial", document.pages_read < document.pages);
    if (document.partial_reason.empty())
      writer.null_field("partial_reason");
    else
      writer.field("partial_reason", document.partial_reason);
    writer.end_object();
  });
}

Result<std::optional<int>> form_number(const UploadedForm& form, std::string_view name) {
  const auto* text = form.field(name);
  if (text == nullptr || text->empty()) return std::nullopt;
  int number = 0;
  const char* end = text->data() + text->size();
  auto [next, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || next != end || number < 0)
    return fail(invalid_field(std::string(name), "must be a number"));
  return number;
}

Result<PreviewRequest> read_form(UploadedForm& form) {
  PreviewRequest wanted;
  auto* file = form.file("file");
  if (file == nullptr) return fail(invalid_field("file", "is required"));
  wanted.file = file->path();
  wanted.file_name = file->filename;
  TRY(wanted.chunk_size, form_number(form, "chunk_size"));
  TRY(wanted.chunk_overlap, form_number(form, "chunk_overlap"));
  TRY(auto page, form_number(form, "page"));
  TRY(auto limit, form_number(form, "limit"));
  wanted.page = {.page = page.value_or(1), .limit = limit.value_or(wanted.page.limit)};
  return wanted;
}

Result<PreviewRequest> read_json(const json::Value& body) {
  json::Fields fields(body);
  PreviewRequest wanted;
  wanted.text = fields.optional_text("text", {.length_max = text_bytes_max});
  wanted.file_name = fields.optional_text("filename", {.length_max = 255}).value_or("");
  if (auto id = fields.optional_text("document_id", {.length_max = 64})) {
    wanted.document = DocumentId::parse(*id);
    if (!wanted.document) fields.add_error("document_id", "must be an id");
  }
  if (fields.has("text") == fields.has("document_id"))
    fields.add_error("text", "give either text or document_id, or send a form with a file");
  auto number = [&fields](std::string_view name) -> std::optional<int> {
    if (!fields.has(name)) return std::nullopt;
    return static_cast<int>(fields.integer(name, 0, 0, number_max));
  };
  wanted.chunk_size = number("chunk_size");
  wanted.chunk_overlap = number("chunk_overlap");
  wanted.page = {.page = number("page").value_or(1),
                 .limit = number("limit").value_or(wanted.page.limit)};
  TRY_VOID(fields.finish());
  return wanted;
}

Result<PreviewRequest> read_request(Request& request) {
  if (request.form) return read_form(*request.form);
  TRY(auto body, request.json());
  return read_json(body);
}

Task<Result<Response>> show_chunks(ChunkPreviews& previews, CallContext context, Request& request) {
  CO_TRY(auto base, request.id<KnowledgeBaseId>("kbId"));
  CO_TRY(auto wanted, read_request(request));
  wanted.knowledge_base = base;
  auto page = wanted.page;
  auto previewing = previews.preview(context, std::move(wanted));
  CO_TRY(auto preview, co_await std::move(previewing));
  co_return preview_response(preview, page);
}

}  // namespace

std::vector<Route> chunk_preview_routes(ChunkPreviews& previews, ChunkPreviewOptions options) {
  Handler show = [&previews](CallContext context, Request& request) {
    return show_chunks(previews, std::move(context), request);
  };
  auto may_write = Right::needs(Permission::knowledge_write);
  RouteOptions route_options{.body = BodyKind::json_or_multipart,
                             .body_bytes_max = body_bytes_max,
                             .file_bytes_max = options.file_bytes_max,
                             .deadline = preview_time_max};
  std::vector<Route> routes;
  for (auto path : {"/api/knowledge/:tenantId/knowledge-bases/:kbId/chunk-preview",
                    "/api/knowledge/:kbId/chunk-preview"})
    routes.push_back({Method::post, path, may_write, show, route_options});
  return routes;
}

}  // namespace aiva::http
