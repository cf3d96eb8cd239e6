#include "app/data_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "foundation/crypto.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

class DataFolderTest : public testing::Test {
 protected:
  ~DataFolderTest() override { fs::remove_all(folder); }

  fs::path folder = fs::temp_directory_path() / ("aiva-folder-" + random_token(8));
  Config config{.data = {.folder = folder.string()}};
};

TEST_F(DataFolderTest, is_made_for_its_owner_only) {
  auto made = prepare_data_folder(config);

  ASSERT_TRUE(made);
  EXPECT_EQ(fs::status(*made).permissions() & fs::perms::all, fs::perms::owner_all);
}

TEST_F(DataFolderTest, keeps_its_master_key) {
  ASSERT_TRUE(prepare_data_folder(config));

  auto first = load_master_key(config, folder);
  auto second = load_master_key(config, folder);

  ASSERT_TRUE(first);
  EXPECT_EQ(first->size(), 32U);
  EXPECT_EQ(*first, second.value());
  EXPECT_EQ(fs::status(folder / "master.key").permissions() & fs::perms::all,
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(DataFolderTest, takes_a_configured_key_and_refuses_a_short_one) {
  config.identity.master_key = to_base64(std::string(32, 'k'));
  EXPECT_EQ(load_master_key(config, folder).value(), std::string(32, 'k'));

  config.identity.master_key = to_base64("short");
  EXPECT_EQ(load_master_key(config, folder).error().code, ErrorCode::invalid);
}

TEST_F(DataFolderTest, is_served_by_one_process_at_a_time) {
  ASSERT_TRUE(prepare_data_folder(config));
  {
    auto first = ServeLock::try_take(folder);
    ASSERT_TRUE(first && first->has_value());
    EXPECT_FALSE(ServeLock::try_take(folder)->has_value());
  }
  EXPECT_TRUE(ServeLock::try_take(folder)->has_value());
}

}  // namespace
}  // namespace aiva::app
