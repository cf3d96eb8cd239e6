#include "capabilities/backup/internal/vault.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "foundation/task.h"
#include "ports/testing/folder_object_store.h"

namespace aiva::backup {
namespace {

namespace fs = std::filesystem;

class VaultTest : public testing::Test {
 protected:
  std::unique_ptr<Vault> open() {
    auto vault = Vault::open(store, {}, true);
    EXPECT_TRUE(vault) << vault.error().message;
    return vault ? std::move(*vault) : nullptr;
  }

  FolderObjectStore store;
};

TEST_F(VaultTest, shows_no_backup_in_a_place_that_another_has_described_meanwhile) {
  auto first = open();
  ASSERT_TRUE(sync_wait(store.remove({}, "vault.json")));
  auto second = open();
  ASSERT_TRUE(first && second);

  auto lost = first->keep_manifest("20261130-000000000-aaaa", "{}");
  auto kept = second->keep_manifest("20261130-000000000-bbbb", "{}");

  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::conflict);
  EXPECT_TRUE(kept);
  EXPECT_FALSE(store.has("backups/20261130-000000000-aaaa"));
}

TEST_F(VaultTest, lets_nobody_else_read_what_it_keeps) {
  auto vault = open();
  ASSERT_TRUE(vault);
  auto kept = vault->keep("What tenants entrusted.");
  ASSERT_TRUE(kept);

  for (const auto& key : {std::string("vault.json"), key_of(kept->id)}) {
    auto path = sync_wait(store.local_copy({}, key));
    ASSERT_TRUE(path);
    EXPECT_EQ(fs::status(*path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  }
}

}  // namespace
}  // namespace aiva::backup
