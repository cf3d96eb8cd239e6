#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/test_database/test_database.h"
#include "capabilities/backup/backup.h"
#include "capabilities/backup/internal/table_rows.h"
#include "ports/testing/folder_object_store.h"
#include "ports/testing/manual_clock.h"

namespace aiva::backup {

// An object store whose objects keep the time of their put, and that tells what it is asked.
class WatchedStore final : public ObjectStore {
 public:
  explicit WatchedStore(const Clock& clock) : clock_(clock) {}

  int copies = 0;  // objects that were read
  int puts_left = 1'000'000;
  bool is_blind = false;  // lists nothing
  std::function<void()> on_list = [] {};

  [[nodiscard]] std::filesystem::path staging_folder() const override {
    return folder_.staging_folder();
  }
  Task<Result<void>> put_file(CallContext context, std::string key,
                              std::filesystem::path file) override {
    if (--puts_left < 0) co_return fail(ErrorCode::unavailable, "The disk is full");
    times_[key] = clock_.unix_ms();
    auto putting = folder_.put_file(context, std::move(key), std::move(file));
    auto outcome = co_await std::move(putting);
    co_return outcome;
  }
  Task<Result<std::filesystem::path>> local_copy(CallContext context, std::string key) override {
    ++copies;
    auto copying = folder_.local_copy(context, std::move(key));
    auto outcome = co_await std::move(copying);
    co_return outcome;
  }
  Task<Result<ObjectInfo>> describe(CallContext context, std::string key) override {
    auto describing = folder_.describe(context, std::move(key));
    auto info = co_await std::move(describing);
    co_return info;
  }
  Task<Result<std::string>> read(CallContext context, std::string key, ByteRange range) override {
    auto reading = folder_.read(context, std::move(key), range);
    auto bytes = co_await std::move(reading);
    co_return bytes;
  }
  Task<Result<void>> remove(CallContext context, std::string key) override {
    auto removing = folder_.remove(context, std::move(key));
    auto outcome = co_await std::move(removing);
    co_return outcome;
  }
  Task<Result<std::vector<ObjectEntry>>> list(CallContext context, std::string prefix,
                                              std::string after, std::size_t count_max) override {
    on_list();
    if (is_blind) co_return std::vector<ObjectEntry>();
    auto listing = folder_.list(context, std::move(prefix), std::move(after), count_max);
    auto entries = co_await std::move(listing);
    if (entries)
      for (auto& entry : *entries) entry.modified_at = times_[entry.key];
    co_return entries;
  }
  Task<Result<void>> check(CallContext context) override {
    auto checking = folder_.check(context);
    auto outcome = co_await std::move(checking);
    co_return outcome;
  }

  void put_text(const std::string& key, std::string_view text) {
    auto file = staging_folder() / "text";
    std::ofstream(file, std::ios::binary) << text;
    EXPECT_TRUE(sync_wait(put_file({}, key, file)));
  }
  // The content of an object; "-" where there is none.
  std::string text_of(const std::string& key) {
    auto path = sync_wait(folder_.local_copy({}, key));
    return path ? read_whole_file(*path) : "-";
  }
  std::vector<std::string> keys(const std::string& prefix) {
    std::vector<std::string> keys;
    auto entries = sync_wait(folder_.list({}, prefix, "", 1'000'000));
    for (const auto& entry : *entries) keys.push_back(entry.key);
    return keys;
  }
  // Changes one byte in the middle of an object.
  void damage(const std::string& key) {
    auto text = text_of(key);
    text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 1);
    put_text(key, text);
  }

 private:
  const Clock& clock_;
  FolderObjectStore folder_;
  std::map<std::string, UnixMs> times_;
};

// A database that fails after some writes, as one whose process is killed does.
class FailingDatabase final : public Database {
 public:
  FailingDatabase(Database& database, int writes_left)
      : database_(database), writes_left_(writes_left) {}

  Task<Result<void>> run_read(CallContext context, Body body) override {
    auto reading = database_.run_read(context, std::move(body));
    auto outcome = co_await std::move(reading);
    co_return outcome;
  }
  Task<Result<void>> run_write(CallContext context, Body body) override {
    if (--writes_left_ < 0) co_return fail(ErrorCode::unavailable, "The server is gone");
    auto writing = database_.run_write(context, std::move(body));
    auto outcome = co_await std::move(writing);
    co_return outcome;
  }

 private:
  Database& database_;
  int writes_left_;
};

// What every table holds: its name, rows and sum.
inline std::map<std::string, std::string> sums_of(Database& database) {
  std::map<std::string, std::string> sums;
  auto reading = read(database, {}, [&](SqlSession& session) -> Result<void> {
    TRY(auto tables, read_tables(session));
    for (const auto& table : tables) {
      RowSum sum;
      TablePages pages(table, session.dialect());
      for (;;) {
        TRY(auto rows, pages.next(session));
        if (rows.empty()) break;
        for (const auto& row : rows) sum.add(row);
      }
      sums[table.name] = std::to_string(sum.rows()) + " " + sum.text();
    }
    return {};
  });
  auto done = sync_wait(std::move(reading));
  EXPECT_TRUE(done) << (done ? "" : done.error().message + " " + done.error().cause);
  return sums;
}

// A small installation: a tenant with a document of some chunks and its file, and a ledger.
class SmallInstallation {
 public:
  explicit SmallInstallation(const Clock& clock) : objects(clock) {}

  TestDatabase database;
  WatchedStore objects;

  [[nodiscard]] Installation parts() { return {*database, objects}; }

  void execute(const std::string& sql, SqlSession::Parameters parameters = {}) {
    std::vector<SqlValue> values(parameters);
    auto writing = write(*database, {}, [&](SqlSession& session) -> Result<void> {
      TRY_VOID(session.execute_span(sql, values));
      return {};
    });
    auto written = sync_wait(std::move(writing));
    EXPECT_TRUE(written) << sql << ": " << (written ? "" : written.error().cause);
  }

  std::int64_t number(const std::string& sql) {
    std::int64_t number = -1;
    auto reading = read(*database, {}, [&](SqlSession& session) {
      return session.query(sql, {}, [&](const SqlRow& row) -> Result<void> {
        number = row.integer(0);
        return {};
      });
    });
    EXPECT_TRUE(sync_wait(std::move(reading))) << sql;
    return number;
  }

  std::map<std::string, std::string> sums() { return sums_of(*database); }

  void add_knowledge() {
    tenant = database.add_tenant();
    execute(
        "INSERT INTO knowledge_bases (id, tenant_id, name, created_at, updated_at) "
        "VALUES (?, ?, 'Manuals', 1, 2)",
        {base, tenant});
  }

  // A document with its file and two chunks; says the file's key.
  std::string add_document(std::string_view text) {
    auto id = Uuid::make().to_string();
    auto key = "documents/" + tenant.to_string() + "/" + id;
    objects.put_text(key, text);
    execute(
        "INSERT INTO documents (id, tenant_id, kb_id, filename, file_size_bytes, "
        "content_sha256, object_key, created_at, updated_at) "
        "VALUES (?, ?, ?, 'a.txt', 4, 'h', ?, 1, 2)",
        {id, tenant, base, key});
    for (int index = 0; index < 2; ++index) add_chunk(id, index, text);
    return key;
  }

  void add_credits(std::int64_t amount, std::string_view reference) {
    execute(
        "INSERT INTO credit_transactions (id, tenant_id, type, amount, balance_before, "
        "balance_after, operation, reference, created_at) "
        "VALUES (?, ?, 'add', ?, 0, 0, 'chat', ?, 3)",
        {Uuid::make().to_string(), tenant, amount, reference});
  }

  TenantId tenant;
  std::string base = Uuid::make().to_string();

 private:
  void add_chunk(const std::string& document, int index, std::string_view text) {
    auto id = Uuid::make().to_string();
    execute(
        "INSERT INTO document_chunks (id, tenant_id, kb_id, document_id, chunk_index, text, "
        "page_first, page_last, token_count, created_at) VALUES (?, ?, ?, ?, ?, ?, 1, 1, 5, 1)",
        {id, tenant, base, document, index, text});
    std::string vector("\x00\x01\xff\x7f", 4);
    execute(
        "INSERT INTO chunk_vectors (chunk_rowid, chunk_id, kb_id, document_id, model, "
        "dimension, vector) SELECT rowid, id, kb_id, document_id, 'm', 1, ? "
        "FROM document_chunks WHERE id = ?",
        {std::as_bytes(std::span(vector.data(), vector.size())), id});
  }
};

class BackupTest : public testing::Test {
 protected:
  void SetUp() override {
    house.add_knowledge();
    file = house.add_document("The lamp floats on water.");
    house.add_credits(5, "first");
    clock.advance(std::chrono::minutes(1));
    open();
  }

  // Opens the backups anew, as another process would.
  void open(std::string passphrase = {}) {
    auto opened = open_backups(vault, clock,
                               {.passphrase = std::move(passphrase), .is_exclusive = true}, true);
    ASSERT_TRUE(opened) << opened.error().message;
    backups = std::move(*opened);
  }

  Result<TakeReport> take(bool is_incremental = false) {
    clock.advance(std::chrono::minutes(1));
    TakeOptions options{.is_incremental = is_incremental, .program = "1.2.3"};
    return backups->take(house.parts(), options);
  }

  // The newest backup in an installation of its own.
  void restore(SmallInstallation& target) {
    auto found = backups->find("");
    ASSERT_TRUE(found) << found.error().message;
    auto restored = backups->restore(found->name, target.parts());
    ASSERT_TRUE(restored) << restored.error().message << " " << restored.error().cause;
  }

  ManualClock clock;
  SmallInstallation house{clock};
  WatchedStore vault{clock};
  std::unique_ptr<Backups> backups;
  std::string file;  // of the document
};

}  // namespace aiva::backup
