#include "adapters/shopify/internal/exports.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "adapters/shopify/internal/export_lines.h"
#include "adapters/shopify/internal/product_queries.h"
#include "adapters/shopify/internal/reading.h"

namespace aiva::shopify {
namespace {

constexpr double mutation_cost = 10;
constexpr int busy_retry_s = 60;

std::unexpected<Error> nonsense(const char* cause) {
  return fail(ErrorCode::unavailable, "The shop's answer makes no sense", cause);
}

StoreExport::State state_of(const std::string& status) {
  if (status == "COMPLETED") return StoreExport::State::completed;
  if (status == "CANCELED") return StoreExport::State::cancelled;
  bool is_running = status == "CREATED" || status == "RUNNING" || status == "CANCELING";
  return is_running ? StoreExport::State::running : StoreExport::State::failed;
}

Result<StoreExport> read_operation(const json::Object& node) {
  StoreExport found{.id = number_of_gid(text_of(node, "id"), "BulkOperation")};
  if (found.id.empty()) return nonsense("an operation without id");
  auto status = text_of(node, "status");
  found.state = state_of(status);
  found.url = text_of(node, "url");
  found.objects = integer_of(node, "objectCount").value_or(0);
  if (found.state == StoreExport::State::failed) {
    auto code = text_of(node, "errorCode");
    found.error =
        "The shop could not write out its products: " + lower(code.empty() ? status : code);
  }
  return found;
}

// The first of the userErrors of a mutation; nothing when there are none.
std::optional<std::pair<std::string, std::string>> read_user_error(const json::Object& payload) {
  const auto* errors = array_of(payload, "userErrors");
  const auto* first = errors == nullptr || errors->empty() ? nullptr : errors->front().if_object();
  if (first == nullptr) return std::nullopt;
  return std::pair(text_of(*first, "code"), text_of(*first, "message"));
}

Error busy(std::string cause) {
  return {.code = ErrorCode::rate_limited,
          .message = "The shop writes out products already",
          .cause = std::move(cause),
          .retry_after_s = busy_retry_s};
}

class ExportStream final : public ProductStream {
 public:
  ExportStream(std::unique_ptr<HttpStream> stream, std::int64_t objects, std::int64_t skip)
      : stream_(std::move(stream)), objects_(objects), lines_(skip) {}

  Task<Result<std::vector<StoreProduct>>> next(CallContext context,
                                               std::size_t count_max) override {
    std::vector<StoreProduct> products;
    while (products.size() < count_max) {
      if (auto product = lines_.take()) {
        products.push_back(*std::move(product));
        continue;
      }
      if (!stream_) break;
      auto reading = read_piece(context);
      CO_TRY_VOID(co_await std::move(reading));
    }
    co_return products;
  }

 private:
  Task<Result<void>> read_piece(CallContext context) {
    auto waiting = stream_->next(context);
    auto piece = co_await std::move(waiting);
    if (!piece) {
      auto& error = piece.error();
      bool is_theirs = error.code == ErrorCode::unavailable || error.code == ErrorCode::too_large;
      if (!is_theirs) co_return fail(std::move(error));
      co_return fail(ErrorCode::unavailable, "The export broke off", error.message + error.cause);
    }
    if (*piece) co_return lines_.feed(**piece);
    stream_.reset();
    CO_TRY_VOID(lines_.finish());
    if (lines_.lines() < objects_)
      co_return fail(ErrorCode::unavailable, "The export broke off",
                     std::to_string(lines_.lines()) + " of " + std::to_string(objects_) + " lines");
    co_return Result<void>();
  }

  std::unique_ptr<HttpStream> stream_;  // null: it has ended
  std::int64_t objects_;
  ExportLines lines_;
};

// Of an export that found nothing, which has no address.
class EmptyStream final : public ProductStream {
 public:
  Task<Result<std::vector<StoreProduct>>> next(CallContext, std::size_t) override {
    co_return std::vector<StoreProduct>();
  }
};

}  // namespace

Task<Result<StoreExport>> Exports::start(CallContext context, StoreAccess access,
                                         ProductScope scope) {
  CO_TRY(auto search, search_of(scope, 0));
  Query query{.text =
                  "mutation($query: String!) { bulkOperationRunQuery(query: $query, "
                  "groupObjects: true) { bulkOperation { id status objectCount } "
                  "userErrors { field message code } } }",
              .cost = mutation_cost};
  query.variables["query"] = bulk_query(search);
  auto asking = api_.query(context, std::move(access), std::move(query));
  CO_TRY(auto data, co_await std::move(asking));
  const auto* payload = object_of(data.get_object(), "bulkOperationRunQuery");
  if (payload == nullptr) co_return nonsense("no operation");
  if (auto error = read_user_error(*payload)) {
    const auto& [code, message] = *error;
    bool is_busy = code == "LIMIT_REACHED" || code == "OPERATION_IN_PROGRESS" ||
                   message.contains("already in progress");
    if (is_busy) co_return fail(busy(message));
    co_return fail(internal_error("bulk query: " + code + " " + message));
  }
  const auto* operation = object_of(*payload, "bulkOperation");
  if (operation == nullptr) co_return nonsense("no operation");
  co_return read_operation(*operation);
}

Task<Result<StoreExport>> Exports::look(CallContext context, StoreAccess access, std::string id) {
  if (!is_number(id)) co_return fail(ErrorCode::not_found, "The shop has no such export");
  Query query{.text =
                  "query($id: ID!) { node(id: $id) { ... on BulkOperation { id status "
                  "errorCode objectCount url } } }"};
  query.variables["id"] = make_gid("BulkOperation", id);
  auto asking = api_.query(context, std::move(access), std::move(query));
  CO_TRY(auto data, co_await std::move(asking));
  const auto* operation = object_of(data.get_object(), "node");
  if (operation == nullptr) co_return fail(ErrorCode::not_found, "The shop has no such export");
  co_return read_operation(*operation);
}

Task<Result<void>> Exports::cancel(CallContext context, StoreAccess access, std::string id) {
  if (!is_number(id)) co_return fail(ErrorCode::not_found, "The shop has no such export");
  Query query{.text =
                  "mutation($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { id } "
                  "userErrors { field message } } }",
              .cost = mutation_cost};
  query.variables["id"] = make_gid("BulkOperation", id);
  auto asking = api_.query(context, std::move(access), std::move(query));
  CO_TRY(auto data, co_await std::move(asking));
  const auto* payload = object_of(data.get_object(), "bulkOperationCancel");
  if (payload == nullptr) co_return nonsense("no operation");
  // One that has ended cannot be cancelled, which is as good.
  bool is_there = object_of(*payload, "bulkOperation") != nullptr;
  if (!is_there) co_return fail(ErrorCode::not_found, "The shop has no such export");
  co_return Result<void>();
}

Task<Result<std::unique_ptr<ProductStream>>> Exports::open(CallContext context, StoreExport done,
                                                           std::int64_t skip) {
  if (done.state != StoreExport::State::completed)
    co_return fail(ErrorCode::unavailable, "The export is not finished");
  if (done.url.empty()) co_return std::make_unique<EmptyStream>();
  auto opening = api_.open(context, done.url);
  CO_TRY(auto stream, co_await std::move(opening));
  co_return std::make_unique<ExportStream>(std::move(stream), done.objects,
                                           std::max<std::int64_t>(skip, 0));
}

}  // namespace aiva::shopify
