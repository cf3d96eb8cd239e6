#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/span.h"
#include "foundation/task.h"

namespace aiva {

// One parameter of a statement. Text and bytes are borrowed until the call returns; an Id is bound
// as its 36 characters.
class SqlValue {
 public:
  using Bytes = std::span<const std::byte>;
  using IdText = std::array<char, 36>;
  using Content =
      std::variant<std::monostate, std::int64_t, double, std::string_view, Bytes, IdText>;

  SqlValue(std::nullptr_t) {}
  SqlValue(bool value) : content_(std::int64_t{value}) {}
  template <class I>
    requires std::is_integral_v<I>
  SqlValue(I value) : content_(static_cast<std::int64_t>(value)) {}
  SqlValue(double value) : content_(value) {}
  SqlValue(std::string_view value) : content_(value) {}
  SqlValue(const char* value) : content_(std::string_view(value)) {}
  SqlValue(const std::string& value) : content_(std::string_view(value)) {}
  SqlValue(Bytes value) : content_(value) {}
  template <class Tag>
  SqlValue(const Id<Tag>& id) {
    IdText text{};
    id.uuid.write(text.data());
    content_ = text;
  }
  template <class T>
  SqlValue(const std::optional<T>& value) {
    if (value) *this = SqlValue(*value);
  }

  [[nodiscard]] const Content& content() const { return content_; }

 private:
  Content content_;
};

// The current row of a query; what it returns is valid until the next row. Columns count from 0.
class SqlRow {
 public:
  virtual ~SqlRow() = default;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  [[nodiscard]] virtual double real(int column) const = 0;
  [[nodiscard]] virtual std::string_view text(int column) const = 0;
  [[nodiscard]] virtual std::span<const std::byte> bytes(int column) const = 0;

  // The id in a 36-character text column; nil when the column is null or malformed.
  template <class IdType>
  [[nodiscard]] IdType id(int column) const {
    return IdType::parse(text(column)).value_or(IdType{});
  }
};

enum class SqlDialect { sqlite, mysql };

// The statements of one read or one transaction. Blocking; lives only inside the function given to
// Database::read or write, on the database's own thread.
class SqlSession {
 public:
  using EachRow = std::function<Result<void>(const SqlRow&)>;
  using Parameters = std::initializer_list<SqlValue>;

  virtual ~SqlSession() = default;

  // The trace the statements belong to, while the function runs that was given to read() or
  // write(); null: none.
  [[nodiscard]] const TraceContext* trace() const { return trace_; }
  [[nodiscard]] virtual SqlDialect dialect() const = 0;

  // Runs a statement and says how many rows it changed. Fails with `conflict` on a broken unique or
  // foreign key, `unavailable` when the engine is busy beyond its limit, else `internal`.
  virtual Result<std::int64_t> execute_span(std::string_view sql,
                                            std::span<const SqlValue> parameters) = 0;
  // Calls `each` for every row of the answer until it fails.
  virtual Result<void> query_span(std::string_view sql, std::span<const SqlValue> parameters,
                                  const EachRow& each) = 0;

  Result<std::int64_t> execute(std::string_view sql, Parameters parameters = {}) {
    return execute_span(sql, std::span(parameters.begin(), parameters.size()));
  }
  Result<void> query(std::string_view sql, Parameters parameters, const EachRow& each) {
    return query_span(sql, std::span(parameters.begin(), parameters.size()), each);
  }

  // Says the trace for a scope.
  class Traced {
   public:
    Traced(SqlSession& session, const TraceContext& trace) : session_(session) {
      session_.trace_ = &trace;
    }
    ~Traced() { session_.trace_ = nullptr; }
    Traced(const Traced&) = delete;
    Traced& operator=(const Traced&) = delete;

   private:
    SqlSession& session_;
  };

 private:
  const TraceContext* trace_ = nullptr;
};

// Rows, the truth of AIVA. Statements use `?` parameters and the SQL both dialects share.
class Database {
 public:
  using Body = std::function<Result<void>(SqlSession&)>;

  virtual ~Database() = default;

  // Runs `body` on a reader thread against one consistent snapshot, which has every change that was
  // acknowledged to this process; those of others may be missing for a second, and of two reads the
  // later one may see less of them than the first. May run `body` again where no answer came.
  virtual Task<Result<void>> run_read(CallContext context, Body body) = 0;
  // The same against a snapshot that has all that was committed before, by whomever. It burdens the
  // one server that is written to.
  virtual Task<Result<void>> run_latest_read(CallContext context, Body body) {
    return run_read(std::move(context), std::move(body));
  }
  // Runs `body` in one transaction: committed when it succeeds, rolled back when it fails or
  // throws. What it reads does not change before the commit. May run `body` again after a deadlock,
  // so it must not touch anything but the session and its own results. When the task completes, the
  // rows survive the end of this process. Fails with `unavailable` where nobody knows whether a
  // server that went away has committed.
  virtual Task<Result<void>> run_write(CallContext context, Body body) = 0;
};

namespace database_detail {
template <class T>
struct ValueOf;
template <class T>
struct ValueOf<Result<T>> {
  using Type = T;
};

template <class Function>
using FunctionResult = std::invoke_result_t<Function&, SqlSession&>;

enum class Access { read, latest_read, write };

inline Task<Result<void>> run_body(Database& database, CallContext context, Database::Body body,
                                   Access access) {
  switch (access) {
    case Access::read: break;
    case Access::latest_read: return database.run_latest_read(std::move(context), std::move(body));
    case Access::write: return database.run_write(std::move(context), std::move(body));
  }
  return database.run_read(std::move(context), std::move(body));
}

// What a body needs of the call, by one reference, so that std::function keeps it without memory.
template <class Function>
struct Call {
  using T = typename ValueOf<FunctionResult<Function>>::Type;
  Function& function;
  const TraceContext& trace;
  std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> value{};

  Result<void> operator()(SqlSession& session) {
    SqlSession::Traced traced(session, trace);
    if constexpr (std::is_void_v<T>) {
      return function(session);
    } else {
      TRY(auto produced, function(session));
      value.emplace(std::move(produced));
      return {};
    }
  }
};

template <class Function>
Task<FunctionResult<Function>> run(Database& database, CallContext context, Function function,
                                   Access access) {
  using T = typename ValueOf<FunctionResult<Function>>::Type;
  Span span(context, access == Access::write ? "rows.write" : "rows.read", SpanKind::internal,
            Span::Weight::minor);
  Call<Function> call{.function = function, .trace = context.trace};
  Database::Body body = [&call](SqlSession& session) { return call(session); };
  auto task = run_body(database, context, std::move(body), access);
  auto outcome = co_await std::move(task);
  span.note(outcome);
  if constexpr (std::is_void_v<T>) {
    co_return outcome;
  } else {
    if (!outcome) co_return fail(std::move(outcome.error()));
    co_return std::move(*call.value);
  }
}
}  // namespace database_detail

// `auto x = co_await read(database, context, [&](SqlSession& sql) -> Result<T> {…});`
template <class Function>
auto read(Database& database, CallContext context, Function function) {
  return database_detail::run(database, context, std::move(function),
                              database_detail::Access::read);
}

// The same against the latest rows there are.
template <class Function>
auto read_latest(Database& database, CallContext context, Function function) {
  return database_detail::run(database, context, std::move(function),
                              database_detail::Access::latest_read);
}

// The same inside one transaction.
template <class Function>
auto write(Database& database, CallContext context, Function function) {
  return database_detail::run(database, context, std::move(function),
                              database_detail::Access::write);
}

}  // namespace aiva
