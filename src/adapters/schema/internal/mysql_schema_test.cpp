#include "adapters/schema/internal/mysql_schema.h"

#include <gtest/gtest.h>

#include "adapters/schema/migrate.h"

namespace aiva::schema {
namespace {

using Statements = std::vector<std::string>;

constexpr auto end_of_table =
    ") ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE bytes";

class MysqlSchemaTest : public ::testing::Test {
 protected:
  Statements translate(const std::string& statement) {
    auto translated = schema_.translate(statement);
    EXPECT_TRUE(translated.has_value()) << (translated ? "" : translated.error().cause);
    return translated.value_or(Statements{});
  }

  MysqlSchema schema_{"bytes"};
};

TEST_F(MysqlSchemaTest, gives_text_a_length_where_a_key_has_it) {
  EXPECT_EQ(translate("CREATE TABLE pages (id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36), "
                      "email TEXT NOT NULL UNIQUE, body TEXT NOT NULL DEFAULT '', score REAL, "
                      "bytes BLOB NOT NULL DEFAULT x'', count INTEGER NOT NULL DEFAULT -1) STRICT"),
            Statements{std::string("CREATE TABLE `pages` (`id` VARCHAR(36) NOT NULL PRIMARY KEY "
                                   "CHECK ( length ( id ) = 36 ), `email` VARCHAR(255) NOT NULL, "
                                   "`body` LONGTEXT NOT NULL DEFAULT (''), `score` DOUBLE, "
                                   "`bytes` LONGBLOB NOT NULL DEFAULT (x''), "
                                   "`count` BIGINT NOT NULL DEFAULT -1, UNIQUE (`email`)") +
                       end_of_table});
}

TEST_F(MysqlSchemaTest, numbers_rows_where_sqlite_would) {
  EXPECT_EQ(translate("CREATE TABLE a (sequence INTEGER PRIMARY KEY AUTOINCREMENT) STRICT"),
            Statements{std::string("CREATE TABLE `a` (`sequence` BIGINT NOT NULL AUTO_INCREMENT "
                                   "PRIMARY KEY") +
                       end_of_table});
  EXPECT_EQ(
      translate("CREATE TABLE b (id INTEGER PRIMARY KEY) STRICT, WITHOUT ROWID"),
      Statements{std::string("CREATE TABLE `b` (`id` BIGINT NOT NULL PRIMARY KEY") + end_of_table});
}

TEST_F(MysqlSchemaTest, keeps_references_and_keys_of_several_columns) {
  translate("CREATE TABLE parents (id TEXT PRIMARY KEY) STRICT");

  EXPECT_EQ(translate("CREATE TABLE children (parent_id TEXT NOT NULL REFERENCES parents (id) "
                      "ON DELETE CASCADE, kind TEXT NOT NULL, PRIMARY KEY (parent_id, kind)) "
                      "STRICT, WITHOUT ROWID"),
            Statements{std::string("CREATE TABLE `children` (`parent_id` VARCHAR(64) NOT NULL, "
                                   "`kind` VARCHAR(191) NOT NULL, PRIMARY KEY (`parent_id`, "
                                   "`kind`), FOREIGN KEY (`parent_id`) REFERENCES `parents` "
                                   "(`id`) ON DELETE CASCADE") +
                       end_of_table});
}

TEST_F(MysqlSchemaTest, shortens_text_that_is_indexed_later) {
  translate("CREATE TABLE t (id TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'new') STRICT");

  EXPECT_EQ(translate("CREATE INDEX t_status ON t (status, id) WHERE status <> 'done'"),
            (Statements{"ALTER TABLE `t` MODIFY `status` VARCHAR(191) NOT NULL DEFAULT 'new'",
                        "CREATE INDEX `t_status` ON `t` (`status`, `id`)"}));
  EXPECT_EQ(translate("DROP INDEX t_status"), Statements{"DROP INDEX `t_status` ON `t`"});
}

TEST_F(MysqlSchemaTest, indexes_the_beginning_of_text_that_may_be_long) {
  translate("CREATE TABLE documents (kb_id TEXT NOT NULL, source TEXT NOT NULL) STRICT");

  EXPECT_EQ(translate("CREATE INDEX by_source ON documents (source)"),
            Statements{"CREATE INDEX `by_source` ON `documents` (`source`(191))"});
  EXPECT_FALSE(schema_.translate("CREATE UNIQUE INDEX one ON documents (source)").has_value());
}

TEST_F(MysqlSchemaTest, generates_columns_whose_text_may_be_indexed) {
  translate("CREATE TABLE calls (id TEXT PRIMARY KEY, number TEXT NOT NULL) STRICT");

  EXPECT_EQ(translate("ALTER TABLE calls ADD COLUMN number_end TEXT GENERATED ALWAYS AS ("
                      "substr(replace(number, ' (', ''), -4)) VIRTUAL"),
            Statements{"ALTER TABLE `calls` ADD COLUMN `number_end` VARCHAR(191) GENERATED ALWAYS "
                       "AS ( substr( replace( number , ' (' , '' ) , - 4 ) ) VIRTUAL"});
  EXPECT_EQ(translate("CREATE INDEX by_number ON calls (number_end)"),
            Statements{"CREATE INDEX `by_number` ON `calls` (`number_end`)"});
  EXPECT_FALSE(
      schema_.translate("ALTER TABLE calls ADD COLUMN n TEXT GENERATED ALWAYS AS (id) STORED")
          .has_value());
}

TEST_F(MysqlSchemaTest, leaves_out_what_only_sqlite_has) {
  EXPECT_TRUE(translate("CREATE VIRTUAL TABLE words USING fts5(text)").empty());
  EXPECT_TRUE(translate("CREATE TRIGGER added AFTER INSERT ON t BEGIN DELETE FROM t; END").empty());
  EXPECT_TRUE(translate("DROP TRIGGER added").empty());
  EXPECT_TRUE(translate("DROP TABLE words").empty());
}

TEST_F(MysqlSchemaTest, refuses_what_it_does_not_understand) {
  for (auto statement : {"CREATE VIEW v AS SELECT 1", "CREATE TABLE t (a NUMERIC)",
                         "CREATE TABLE t (a TEXT COLLATE NOCASE)", "DROP TABLE unknown",
                         "CREATE INDEX i ON unknown (a)", "ALTER TABLE unknown ADD COLUMN a TEXT"})
    EXPECT_FALSE(schema_.translate(statement).has_value()) << statement;
}

TEST_F(MysqlSchemaTest, understands_the_schema_of_the_program) {
  for (const auto& migration : embedded_migrations()) {
    auto statements = split_statements(migration.sql);
    ASSERT_TRUE(statements.has_value()) << migration.name;
    for (const auto& statement : *statements) {
      auto translated = schema_.translate(statement);
      EXPECT_TRUE(translated.has_value()) << migration.name << ": " << translated.error().cause;
    }
  }
}

TEST(Script, cuts_between_statements_and_nowhere_else) {
  auto statements = split_statements(
      "-- One; two.\nCREATE TABLE b (t TEXT DEFAULT 'x;--y', u BLOB DEFAULT x'00');\n\n"
      "CREATE TRIGGER b_added AFTER INSERT ON b BEGIN\n  DELETE FROM a; -- not here;\nEND;\n;"
      "DELETE FROM b -- the end\n;");

  ASSERT_TRUE(statements.has_value());
  ASSERT_EQ(statements->size(), 3U);
  EXPECT_EQ((*statements)[0], "CREATE TABLE b (t TEXT DEFAULT 'x;--y', u BLOB DEFAULT x'00')");
  EXPECT_TRUE((*statements)[1].starts_with("CREATE TRIGGER"));
  EXPECT_TRUE((*statements)[1].ends_with("END"));
  EXPECT_TRUE((*statements)[2].starts_with("DELETE FROM b"));
  EXPECT_FALSE(split_statements("DELETE FROM b").has_value());
  EXPECT_EQ(split_statements(" -- nothing\n")->size(), 0U);
}

}  // namespace
}  // namespace aiva::schema
