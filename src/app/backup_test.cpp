#include "app/backup.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "adapters/schema/migrate.h"
#include "app/backup_place.h"
#include "app/data_folder.h"
#include "app/move.h"
#include "app/row_access.h"
#include "foundation/crypto.h"
#include "foundation/task.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;
using cli::Arguments;
using cli::CommandName;

class BackupCommandsTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(fs::create_directory(data));
    config.data.folder = data.string();
    auto database = open_rows(config, data, true);
    ASSERT_TRUE(database);
    ASSERT_TRUE(sync_wait(migrate(**database)));
    auto adding = write(**database, {}, [](SqlSession& session) -> Result<void> {
      TRY_VOID(
          session.execute("INSERT INTO tenants (id, name, created_at, updated_at) "
                          "VALUES ('018f0000-0000-7000-8000-000000000001', 'Acme', 1, 1)"));
      return {};
    });
    ASSERT_TRUE(sync_wait(std::move(adding)));
    key = load_master_key(config, data).value();
  }

  Arguments words(CommandName command) const {
    Arguments arguments;
    arguments.command = command;
    arguments.is_json = true;
    arguments.backup.place = (folder.path() / "vault").string();
    return arguments;
  }
  int back_up(const std::string& key_file = {}) {
    auto arguments = words(CommandName::backup_take);
    arguments.backup.key_file = key_file;
    return run_backup_command(config, arguments);
  }
  Arguments restoring(const std::string& name) const {
    auto arguments = words(CommandName::restore);
    arguments.data_folder = (folder.path() / name).string();
    return arguments;
  }

  std::string name_of_tenant(const fs::path& database_folder) {
    auto database = open_rows(config, database_folder, false);
    if (!database) return database.error().message;
    std::string name;
    auto reading = read(**database, {}, [&name](SqlSession& session) {
      return session.query("SELECT name FROM tenants", {},
                           [&name](const SqlRow& row) -> Result<void> {
                             name = row.text(0);
                             return {};
                           });
    });
    EXPECT_TRUE(sync_wait(std::move(reading)));
    return name;
  }

  TemporaryFolder folder;
  fs::path data = folder.path() / "data";
  Config config;
  std::string key;
};

TEST_F(BackupCommandsTest, restore_a_folder_with_its_key) {
  ASSERT_EQ(back_up(), 0);
  auto arguments = restoring("new");
  arguments.backup.master_key_file = (data / "master.key").string();

  EXPECT_EQ(run_restore(config, arguments), 0);

  auto made = folder.path() / "new";
  EXPECT_EQ(name_of_tenant(made), "Acme");
  EXPECT_EQ(load_master_key(config, made).value_or(""), key);
  struct stat status{};
  ASSERT_EQ(::stat((made / "master.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(run_backup_command(config, words(CommandName::backup_verify)), 0);
  EXPECT_EQ(run_backup_command(config, words(CommandName::backup_list)), 0);
}

TEST_F(BackupCommandsTest, leave_nothing_where_they_refuse) {
  ASSERT_EQ(back_up(), 0);
  auto other = restoring("new");
  other.backup.master_key_file =
      folder.write("other.key", to_base64(std::string(32, 'x'))).string();
  auto early = restoring("new");
  early.backup.at = "2020-01-01T00:00:00Z";

  EXPECT_EQ(run_restore(config, restoring("new")), 2);
  EXPECT_EQ(run_restore(config, other), 2);
  EXPECT_EQ(run_restore(config, early), 2);

  for (const auto& entry : fs::directory_iterator(folder.path()))
    EXPECT_EQ(entry.path().filename().string().find("new"), std::string::npos) << entry.path();
}

TEST_F(BackupCommandsTest, go_without_a_key_where_told_to) {
  ASSERT_EQ(back_up(), 0);
  auto arguments = restoring("new");
  arguments.backup.excludes_master_key = true;

  EXPECT_EQ(run_restore(config, arguments), 0);

  EXPECT_FALSE(fs::exists(folder.path() / "new/master.key"));
}

TEST_F(BackupCommandsTest, bring_the_key_along_in_an_encrypted_backup) {
  auto key_file = folder.write("passphrase", "a long enough one\n").string();
  ASSERT_EQ(back_up(key_file), 0);
  auto arguments = restoring("made");

  EXPECT_EQ(run_restore(config, arguments), 2);
  arguments.backup.key_file = folder.write("wrong", "another long one\n").string();
  EXPECT_EQ(run_restore(config, arguments), 2);
  arguments.backup.key_file = key_file;
  EXPECT_EQ(run_restore(config, arguments), 0);

  EXPECT_EQ(load_master_key(config, folder.path() / "made").value_or(""), key);
}

TEST_F(BackupCommandsTest, put_nothing_open_into_s3_where_files_are_sealed) {
  config.objects.store = "s3";
  config.objects.encryption = "sealed";
  auto arguments = words(CommandName::backup_take);
  arguments.backup.place = "s3://backups/aiva";

  EXPECT_EQ(run_backup_command(config, arguments), 2);
}

TEST_F(BackupCommandsTest, do_not_touch_a_folder_with_something_in_it) {
  ASSERT_EQ(back_up(), 0);
  fs::create_directory(folder.path() / "full");
  auto file = folder.write("full/file", "text");
  auto arguments = restoring("full");
  arguments.backup.excludes_master_key = true;

  EXPECT_EQ(run_restore(config, arguments), 1);

  EXPECT_EQ(read_whole_file(file), "text");
}

TEST_F(BackupCommandsTest, fill_a_folder_that_is_empty) {
  ASSERT_EQ(back_up(), 0);
  fs::create_directory(folder.path() / "empty");
  auto arguments = restoring("empty/");
  arguments.backup.excludes_master_key = true;

  EXPECT_EQ(run_restore(config, arguments), 0);

  EXPECT_EQ(name_of_tenant(folder.path() / "empty"), "Acme");
}

TEST_F(BackupCommandsTest, wait_for_nobody_who_uses_the_place) {
  ASSERT_EQ(back_up(), 0);
  auto lock = PlaceLock::take(folder.path() / "vault");
  ASSERT_TRUE(lock);

  EXPECT_EQ(back_up(), 1);
}

TEST_F(BackupCommandsTest, say_where_there_is_nothing) {
  EXPECT_EQ(run_backup_command(config, words(CommandName::backup_verify)), 2);
  EXPECT_FALSE(fs::exists(folder.path() / "vault"));
  config.data.folder = (folder.path() / "nowhere").string();
  EXPECT_EQ(back_up(), 2);
}

TEST_F(BackupCommandsTest, move_rows_once) {
  Arguments arguments;
  arguments.is_json = true;
  auto target = folder.path() / "target";
  ASSERT_TRUE(fs::create_directory(target));
  arguments.move_target = "sqlite://" + (target / "aiva.db").string();

  EXPECT_EQ(run_move(config, arguments), 0);
  EXPECT_EQ(name_of_tenant(target), "Acme");
  EXPECT_EQ(run_move(config, arguments), 1);
}

TEST_F(BackupCommandsTest, move_nothing_while_a_process_of_one_role_runs) {
  auto serving = BesideLock::share(data);
  ASSERT_TRUE(serving);
  Arguments arguments;
  arguments.move_target = "sqlite://" + (folder.path() / "target.db").string();

  EXPECT_EQ(run_move(config, arguments), 1);
  EXPECT_FALSE(fs::exists(folder.path() / "target.db"));
}

TEST_F(BackupCommandsTest, move_nothing_while_a_server_runs) {
  auto serving = ServeLock::try_take(data);
  ASSERT_TRUE(serving && serving->has_value());
  Arguments arguments;
  arguments.move_target = "sqlite://" + (folder.path() / "target.db").string();

  EXPECT_EQ(run_move(config, arguments), 1);
  EXPECT_FALSE(fs::exists(folder.path() / "target.db"));
}

}  // namespace
}  // namespace aiva::app
