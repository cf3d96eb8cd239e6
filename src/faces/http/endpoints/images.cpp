#include "faces/http/endpoints/images.h"

#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "faces/http/endpoints/image_json.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/query_fields.h"
#include "faces/http/endpoints/staged_picture.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

using identity::Permission;
using images::ImageQuery;

constexpr std::uint64_t file_bytes_max = images::image_bytes_max;
constexpr std::uint64_t form_overhead_bytes = 1024 * 1024;
constexpr std::chrono::seconds processing_time_max{75};
constexpr json::Fields::TextLimits id_limits{.length_max = 64};
constexpr json::Fields::TextLimits query_limits{.length_max = 8000};

struct Parts {
  images::Images& images;
  std::filesystem::path staging_folder;
  ThreadPool& files;
};
using PartsPointer = std::shared_ptr<Parts>;

Result<KnowledgeBaseId> parse_base(std::optional<std::string_view> text) {
  if (!text || text->empty()) return fail(invalid_field("kb_id", "is required"));
  auto id = KnowledgeBaseId::parse(*text);
  if (!id) return fail(ErrorCode::not_found, "No such knowledge base");
  return *id;
}

bool names_base(const Request& request) { return request.parameter("kbId").data() != nullptr; }

// Of the path, or the query parameter `kb_id`.
Result<KnowledgeBaseId> base_of(const Request& request) {
  if (names_base(request)) return request.id<KnowledgeBaseId>("kbId");
  return parse_base(request.query_text("kb_id"));
}

// Of the path, or the form field `kb_id`.
Result<KnowledgeBaseId> base_of_form(const Request& request) {
  if (names_base(request)) return request.id<KnowledgeBaseId>("kbId");
  const auto* text = request.form->field("kb_id");
  return parse_base(text == nullptr ? std::optional<std::string_view>() : *text);
}

UploadedFile* file_of(Request& request) {
  auto* file = request.form->file("file");
  return file != nullptr ? file : request.form->file("image");
}

Task<Result<Response>> upload(PartsPointer parts, CallContext context, Request& request) {
  if (!request.form) co_return fail(invalid_field("file", "is required"));
  CO_TRY(auto base, base_of_form(request));
  auto* file = file_of(request);
  if (file == nullptr) {
    // What is no knowledge base of the caller is told first.
    CO_TRY_VOID(co_await parts->images.statistics(context, base));
    co_return fail(invalid_field("file", "is required"));
  }
  images::NewImage image{.filename = file->filename,
                         .staged_path = file->path(),
                         .size_bytes = static_cast<std::int64_t>(file->size),
                         .content_sha256 = file->sha256};
  if (const auto* description = request.form->field("description"))
    image.description = *description;
  if (const auto* metadata = request.form->field("metadata"); metadata && !metadata->empty())
    image.metadata = *metadata;
  CO_TRY(auto added, co_await parts->images.add(context, base, std::move(image)));
  file->take();
  co_return ok_response([&](JsonWriter& writer) { write_added_image(writer, added); },
                        added.is_stored ? 201 : 200);
}

Task<Result<Response>> list_images(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto base, base_of(request));
  CO_TRY(auto wanted, read_list_request(request, "images"));
  images::Images::ListFilter filter{.page = wanted.as<knowledge::PageRequest>()};
  CO_TRY(auto document, query_id<DocumentId>(request, "document_id"));
  filter.document = document.value_or(filter.document);
  CO_TRY(auto found, co_await parts->images.list(context, base, filter));
  co_return list_response(found, wanted, write_image);
}

Task<Result<Response>> show_statistics(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto base, base_of(request));
  CO_TRY(auto statistics, co_await parts->images.statistics(context, base));
  co_return ok_response([&](JsonWriter& writer) { write_image_statistics(writer, statistics); });
}

// The image of the path; of another knowledge base than the path's it does not exist.
Task<Result<images::Image>> find_image(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<ImageId>("imageId"));
  std::optional<KnowledgeBaseId> base;
  if (names_base(request)) {
    CO_TRY(base, request.id<KnowledgeBaseId>("kbId"));
  }
  CO_TRY(auto image, co_await parts->images.get(context, id));
  if (base && image.knowledge_base != *base) co_return fail(ErrorCode::not_found, "No such image");
  co_return image;
}

Task<Result<Response>> get_image(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto image, co_await find_image(parts, context, request));
  co_return ok_response([&](JsonWriter& writer) { write_image(writer, image); });
}

Task<Result<Response>> remove_image(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto image, co_await find_image(parts, context, request));
  CO_TRY_VOID(co_await parts->images.remove(context, image.id));
  co_return done_response();
}

// The bytes of a name never change.
Task<Result<Response>> view_file(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto base, request.id<KnowledgeBaseId>("kbId"));
  std::string name(request.parameter("filename"));
  CO_TRY(auto file, co_await parts->images.file(context, base, std::move(name)));
  auto response = file_response(file.path, file.media_type);
  response.headers.push_back({"Cache-Control", "private, max-age=86400, immutable"});
  co_return response;
}

template <class Number>
Result<Number> read_number(const UploadedForm& form, const char* name, Number fallback) {
  const auto* text = form.field(name);
  if (text == nullptr || text->empty()) return fallback;
  auto end = std::from_chars(text->data(), text->data() + text->size(), fallback);
  if (end.ec != std::errc() || end.ptr != text->data() + text->size())
    return fail(invalid_field(name, "must be a number"));
  return fallback;
}

Result<ImageQuery> read_form_query(Request& request) {
  ImageQuery query;
  TRY(query.knowledge_base, base_of_form(request));
  if (const auto* text = request.form->field("query")) query.text = *text;
  if (const auto* text = request.form->field("image_id"); text && !text->empty()) {
    query.like = ImageId::parse(*text);
    if (!query.like) return fail(invalid_field("image_id", "must be an id"));
  }
  TRY(query.top_k, read_number(*request.form, "top_k", query.top_k));
  TRY(query.score_min, read_number(*request.form, "min_score", query.score_min));
  if (auto* file = file_of(request)) query.picture = file->path();
  return query;
}

struct JsonQuery {
  ImageQuery query{};
  std::string image{};  // its bytes; empty: none
};

Result<JsonQuery> read_json_query(const Request& request) {
  TRY(auto body, request.json());
  json::Fields fields(body);
  JsonQuery read;
  auto base = fields.optional_text("kb_id", id_limits);
  read.query.text = fields.optional_text("query", query_limits).value_or(std::string());
  read.query.top_k = static_cast<int>(fields.integer("top_k", 5, 1, 50));
  read.query.score_min = fields.optional_number("min_score", -1, 1).value_or(0);
  auto like = fields.optional_text("image_id", id_limits);
  if (like) read.query.like = ImageId::parse(*like);
  if (like && !read.query.like) fields.add_error("image_id", "must be an id");
  auto image = fields.optional_text("image", {.length_min = 1, .length_max = image_text_bytes_max});
  TRY_VOID(fields.finish());
  if (names_base(request)) {
    TRY(read.query.knowledge_base, request.id<KnowledgeBaseId>("kbId"));
  } else {
    TRY(read.query.knowledge_base, parse_base(base));
  }
  if (image) {
    TRY(read.image, decode_image(*image));
  }
  return read;
}

Task<Result<Response>> answer(PartsPointer parts, CallContext context, ImageQuery query) {
  CO_TRY(auto found, co_await parts->images.search(context, std::move(query)));
  co_return ok_response([&](JsonWriter& writer) { write_image_answer(writer, found); });
}

Task<Result<Response>> search(PartsPointer parts, CallContext context, Request& request) {
  if (request.form) {
    CO_TRY(auto query, read_form_query(request));
    co_return co_await answer(parts, context, std::move(query));
  }
  CO_TRY(auto read, read_json_query(request));
  StagedPicture picture(parts->staging_folder);
  if (!read.image.empty()) {
    auto writing = [&] { return picture.write(read.image); };
    CO_TRY_VOID(co_await run_on(parts->files, context, writing));
    read.query.picture = picture.path();
  }
  co_return co_await answer(parts, context, std::move(read.query));
}

}  // namespace

std::vector<Route> image_routes(const ImageRouteParts& borrowed) {
  auto parts = std::make_shared<Parts>(borrowed.images, borrowed.staging_folder, borrowed.files);
  auto bind = [parts](auto handler) -> Handler {
    return [parts, handler](CallContext context, Request& request) {
      return handler(parts, std::move(context), request);
    };
  };
  auto may_read = Right::needs(Permission::knowledge_read);
  auto may_write = Right::needs(Permission::knowledge_write);
  auto may_search = Right::needs(Permission::search);
  RouteOptions uploads{.body = BodyKind::multipart,
                       .body_bytes_max = file_bytes_max + form_overhead_bytes,
                       .file_bytes_max = file_bytes_max,
                       .deadline = processing_time_max};
  RouteOptions queries{.body = BodyKind::json_or_multipart,
                       .body_bytes_max = image_text_bytes_max + form_overhead_bytes,
                       .file_bytes_max = file_bytes_max,
                       .deadline = processing_time_max};

  std::vector<Route> routes;
  routes.push_back({Method::post, "/api/v1/images/upload", may_write, bind(upload), uploads});
  routes.push_back({Method::get, "/api/v1/images", may_read, bind(list_images)});
  routes.push_back({Method::get, "/api/v1/images/stats", may_read, bind(show_statistics)});
  routes.push_back({Method::post, "/api/v1/images/search", may_search, bind(search), queries});
  routes.push_back({Method::get, "/api/v1/images/:imageId", may_read, bind(get_image)});
  routes.push_back({Method::del, "/api/v1/images/:imageId", may_write, bind(remove_image)});
  routes.push_back({Method::get, "/api/images/:kbId/:filename", may_read, bind(view_file)});
  auto add_base = [&](std::string_view all, std::string_view statistics, std::string_view queried,
                      std::string_view one) {
    routes.push_back({Method::post, all, may_write, bind(upload), uploads});
    routes.push_back({Method::get, all, may_read, bind(list_images)});
    routes.push_back({Method::get, statistics, may_read, bind(show_statistics)});
    routes.push_back({Method::post, queried, may_search, bind(search), queries});
    routes.push_back({Method::get, one, may_read, bind(get_image)});
    routes.push_back({Method::del, one, may_write, bind(remove_image)});
  };
  add_base("/api/knowledge/:kbId/images", "/api/knowledge/:kbId/images/stats",
           "/api/knowledge/:kbId/images/search", "/api/knowledge/:kbId/images/:imageId");
  add_base("/api/knowledge/:tenantId/knowledge-bases/:kbId/images",
           "/api/knowledge/:tenantId/knowledge-bases/:kbId/images/stats",
           "/api/knowledge/:tenantId/knowledge-bases/:kbId/images/search",
           "/api/knowledge/:tenantId/knowledge-bases/:kbId/images/:imageId");
  return routes;
}

}  // namespace aiva::http
