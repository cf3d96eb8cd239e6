#include "capabilities/backup/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "capabilities/backup/backup_fixture.h"
#include "capabilities/backup/internal/taking.h"

namespace aiva::backup {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(BackupTest, restores_every_row_and_every_file) {
  ASSERT_TRUE(take());
  SmallInstallation target(clock);

  restore(target);

  EXPECT_EQ(target.sums(), house.sums());
  EXPECT_EQ(target.objects.text_of(file), "The lamp floats on water.");
  EXPECT_EQ(target.objects.keys(""), house.objects.keys(""));
}

TEST_F(BackupTest, tells_what_it_took) {
  auto taken = take();

  ASSERT_TRUE(taken) << taken.error().message;
  const auto& backup = taken->backup;
  EXPECT_EQ(backup.program, "1.2.3");
  EXPECT_EQ(backup.objects, 1);
  EXPECT_EQ(backup.object_bytes, 25);
  EXPECT_GT(backup.rows, 6);
  EXPECT_FALSE(backup.schema.empty());
  EXPECT_THAT(backup.missing, IsEmpty());
  auto listed = backups->list();
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ(listed->front().name, backup.name);
  EXPECT_EQ(listed->front().rows, backup.rows);
  EXPECT_EQ(listed->front().snapshot_at, clock.unix_ms());
}

TEST_F(BackupTest, writes_and_reads_only_what_is_new_when_it_is_incremental) {
  auto first = take();
  house.add_credits(7, "second");
  house.objects.copies = 0;

  auto second = take(true);

  ASSERT_TRUE(first && second);
  EXPECT_TRUE(second->backup.is_incremental);
  EXPECT_EQ(house.objects.copies, 0);
  EXPECT_GE(second->new_chunks, 1);
  EXPECT_LE(second->new_chunks, 2);
  SmallInstallation target(clock);
  restore(target);
  EXPECT_EQ(target.sums(), house.sums());
  EXPECT_EQ(target.objects.text_of(file), "The lamp floats on water.");
}

TEST_F(BackupTest, reads_a_file_anew_that_was_put_again) {
  ASSERT_TRUE(take());
  house.objects.put_text(file, "The lamp sinks.");

  ASSERT_TRUE(take(true));

  SmallInstallation target(clock);
  restore(target);
  EXPECT_EQ(target.objects.text_of(file), "The lamp sinks.");
}

TEST_F(BackupTest, finds_a_damaged_chunk_by_its_name) {
  ASSERT_TRUE(take());
  auto chunk = vault.keys("chunks/").front();
  vault.damage(chunk);

  auto found = backups->verify("");

  ASSERT_TRUE(found);
  ASSERT_FALSE(found->damages.empty());
  EXPECT_EQ(found->damages.front().what, chunk);
  EXPECT_THAT(found->damages.front().where, HasSubstr(backups->find("")->name));
}

TEST_F(BackupTest, finds_every_damaged_and_missing_chunk) {
  ASSERT_TRUE(take());
  EXPECT_THAT(backups->verify("")->damages, IsEmpty());
  for (const auto& chunk : vault.keys("chunks/")) {
    auto text = vault.text_of(chunk);
    vault.damage(chunk);
    EXPECT_FALSE(backups->verify("")->damages.empty()) << chunk;
    ASSERT_TRUE(sync_wait(vault.remove({}, chunk)));
    EXPECT_FALSE(backups->verify("")->damages.empty()) << chunk;
    vault.put_text(chunk, text);
  }

  EXPECT_THAT(backups->verify("")->damages, IsEmpty());
}

TEST_F(BackupTest, does_not_restore_what_is_damaged) {
  ASSERT_TRUE(take());
  vault.damage(vault.keys("chunks/").back());
  SmallInstallation target(clock);

  auto restored = backups->restore(backups->find("")->name, target.parts());

  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, ErrorCode::internal);
  EXPECT_THAT(restored.error().message, HasSubstr("chunks/"));
}

TEST_F(BackupTest, mends_damaged_chunks_when_it_is_full) {
  ASSERT_TRUE(take());
  vault.damage(vault.keys("chunks/").front());

  auto second = take();

  ASSERT_TRUE(second);
  EXPECT_EQ(second->mended_chunks, 1);
  EXPECT_THAT(backups->verify("")->damages, IsEmpty());
}

TEST_F(BackupTest, finds_a_damaged_manifest_and_takes_another) {
  ASSERT_TRUE(take());
  auto manifest = vault.keys("backups/").front();
  vault.damage(manifest);

  auto found = backups->verify("");
  auto second = take(true);

  ASSERT_TRUE(found);
  ASSERT_EQ(found->damages.size(), 1U);
  EXPECT_EQ(found->damages.front().what, manifest);
  EXPECT_TRUE(second);
  EXPECT_FALSE(backups->list()->front().damage.empty());
}

TEST_F(BackupTest, goes_on_with_what_a_killed_one_wrote) {
  auto whole = take();
  ASSERT_TRUE(whole);
  WatchedStore other(clock);
  other.puts_left = 4;
  auto opened = open_backups(other, clock, {.is_exclusive = true}, true);
  ASSERT_TRUE(opened);

  auto cut = (*opened)->take(house.parts(), {});
  auto names = (*opened)->list();
  other.puts_left = 1'000'000;
  auto resumed = (*opened)->take(house.parts(), {});

  EXPECT_FALSE(cut);
  EXPECT_THAT(*names, IsEmpty());
  ASSERT_TRUE(resumed);
  // The description of the vault was the first of the four.
  EXPECT_EQ(resumed->new_chunks, whole->new_chunks - 3);
  EXPECT_THAT((*opened)->verify("")->damages, IsEmpty());
}

TEST_F(BackupTest, reads_rows_again_when_a_file_went_with_its_row) {
  int listings = 0;
  house.objects.is_blind = true;
  house.objects.on_list = [&] {
    // The first is before the rows are read, the second after.
    if (++listings != 2) return;
    house.execute("DELETE FROM chunk_vectors");
    house.execute("DELETE FROM document_chunks");
    house.execute("DELETE FROM documents");
    for (const auto& key : house.objects.keys("documents/"))
      EXPECT_TRUE(sync_wait(house.objects.remove({}, key)));
  };

  auto taken = take();

  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_GT(listings, 2);
  EXPECT_THAT(taken->backup.missing, IsEmpty());
  SmallInstallation target(clock);
  restore(target);
  EXPECT_EQ(target.number("SELECT COUNT(*) FROM documents"), 0);
}

TEST_F(BackupTest, fills_no_place_with_files_of_others) {
  ASSERT_TRUE(take());
  SmallInstallation target{clock};
  target.objects.put_text("documents/of/others", "theirs");
  auto name = backups->find("")->name;

  auto refused = backups->restore(name, target.parts());

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(target.objects.text_of("documents/of/others"), "theirs");
  EXPECT_EQ(target.objects.text_of(file), "-");
}

TEST_F(BackupTest, fills_again_what_a_killed_restore_has_begun) {
  ASSERT_TRUE(take());
  SmallInstallation target{clock};
  target.objects.put_text(file, "half of");

  restore(target);

  EXPECT_EQ(target.objects.text_of(file), "The lamp floats on water.");
}

TEST_F(BackupTest, copies_files_that_rows_name_and_no_list_shows) {
  house.objects.is_blind = true;

  ASSERT_TRUE(take());

  SmallInstallation target(clock);
  restore(target);
  EXPECT_EQ(target.objects.text_of(file), "The lamp floats on water.");
}

TEST_F(BackupTest, names_files_that_nobody_has) {
  ASSERT_TRUE(sync_wait(house.objects.remove({}, file)));

  auto taken = take();

  ASSERT_TRUE(taken);
  EXPECT_THAT(taken->backup.missing, ElementsAre(file));
}

TEST_F(BackupTest, is_found_by_its_name_and_by_its_moment) {
  auto first = take()->backup;
  auto second = take(true)->backup;

  EXPECT_EQ(backups->find("")->name, second.name);
  EXPECT_EQ(backups->find(first.name)->name, first.name);
  EXPECT_EQ(backups->find(to_iso8601(first.snapshot_at))->name, first.name);
  EXPECT_EQ(backups->find(to_iso8601(second.snapshot_at - 1))->name, first.name);
  EXPECT_EQ(backups->find("2030-01-01T00:00:00Z")->name, second.name);
  EXPECT_EQ(backups->find("2020-01-01T00:00:00Z").error().code, ErrorCode::not_found);
  EXPECT_EQ(backups->find("20200101-000000000-aaaa").error().code, ErrorCode::not_found);
  EXPECT_EQ(backups->find("soon").error().code, ErrorCode::invalid);
}

TEST_F(BackupTest, removes_old_ones_and_what_only_they_needed) {
  ASSERT_TRUE(take());
  auto before = vault.keys("chunks/").size();
  house.objects.put_text(file, "The lamp sinks.");
  house.add_credits(7, "second");
  ASSERT_TRUE(take(true));
  ASSERT_GT(vault.keys("chunks/").size(), before);

  auto pruned = backups->prune(1);

  ASSERT_TRUE(pruned);
  EXPECT_EQ(pruned->backups.size(), 1U);
  EXPECT_GE(pruned->chunks.chunks, 2);
  EXPECT_EQ(backups->list()->size(), 1U);
  EXPECT_THAT(backups->verify("")->damages, IsEmpty());
  SmallInstallation target(clock);
  restore(target);
  EXPECT_EQ(target.sums(), house.sums());
}

TEST_F(BackupTest, leaves_young_chunks_where_others_may_write) {
  auto opened = open_backups(vault, clock, {.is_exclusive = false}, true);
  ASSERT_TRUE(opened);
  ASSERT_TRUE((*opened)->take(house.parts(), {}));
  house.objects.put_text(file, "The lamp sinks.");
  clock.advance(std::chrono::minutes(1));
  ASSERT_TRUE((*opened)->take(house.parts(), {}));

  auto early = (*opened)->prune(1);
  clock.advance(std::chrono::hours(25));
  auto late = (*opened)->prune(1);

  ASSERT_TRUE(early && late);
  EXPECT_EQ(early->chunks.chunks, 0);
  EXPECT_GT(early->chunks.kept, 0);
  EXPECT_EQ(late->chunks.chunks, early->chunks.kept);
}

TEST_F(BackupTest, never_gives_a_number_twice_after_a_restore) {
  for (int i = 0; i < 3; ++i)
    house.execute(
        "INSERT INTO webhook_events (id, tenant_id, type, data, created_at) "
        "VALUES (?, ?, 't', '{}', 1)",
        {Uuid::make().to_string(), house.tenant});
  house.execute("DELETE FROM webhook_events");
  ASSERT_TRUE(take());
  SmallInstallation target(clock);
  restore(target);

  target.execute(
      "INSERT INTO webhook_events (id, tenant_id, type, data, created_at) "
      "SELECT ?, id, 't', '{}', 1 FROM tenants",
      {Uuid::make().to_string()});

  EXPECT_EQ(target.number("SELECT sequence FROM webhook_events"), 4);
}

TEST_F(BackupTest, says_whether_a_master_key_opens_its_rows) {
  std::string key(32, 'k');
  TakeOptions outside{.master_key = key, .master_key_place = MasterKeyPlace::outside};
  TakeOptions inside{.master_key = key, .master_key_place = MasterKeyPlace::inside};
  auto first = backups->take(house.parts(), outside)->backup;
  clock.advance(std::chrono::minutes(1));
  auto second = backups->take(house.parts(), inside)->backup;

  EXPECT_EQ(first.master_key, MasterKeyPlace::outside);
  EXPECT_EQ(second.master_key, MasterKeyPlace::inside);
  EXPECT_EQ(backups->find_master_key(first.name, key).value_or(""), key);
  EXPECT_EQ(backups->find_master_key(first.name, "").error().code, ErrorCode::invalid);
  EXPECT_EQ(backups->find_master_key(first.name, std::string(32, 'x')).error().code,
            ErrorCode::invalid);
  EXPECT_EQ(backups->find_master_key(second.name, "").value_or(""), key);
}

TEST_F(BackupTest, shares_its_place_with_no_other_installation) {
  TakeOptions own{.master_key = std::string(32, 'k')};
  auto first = backups->take(house.parts(), own)->backup.name;
  SmallInstallation other(clock);
  other.add_knowledge();
  other.add_document("Another house.");

  for (const auto& key : {std::string(32, 'x'), std::string()}) {
    clock.advance(std::chrono::minutes(1));
    EXPECT_EQ(backups->take(other.parts(), {.master_key = key}).error().code, ErrorCode::conflict);
  }

  clock.advance(std::chrono::minutes(1));
  EXPECT_TRUE(backups->take(house.parts(), own));
  EXPECT_EQ(backups->list()->size(), 2U);
  EXPECT_EQ(backups->list()->front().name, first);
}

TEST_F(BackupTest, knows_every_column_that_names_an_object) {
  std::set<std::string> found;
  auto reading = read(*house.database, {}, [&](SqlSession& session) -> Result<void> {
    TRY(auto tables, read_tables(session));
    for (const auto& table : tables)
      for (const auto& column : table.columns)
        if (column.name.ends_with("_key")) found.insert(table.name + "." + column.name);
    return {};
  });
  ASSERT_TRUE(sync_wait(std::move(reading)));

  for (const auto& column : object_columns())
    EXPECT_EQ(found.erase(std::string(column.table) + "." + std::string(column.column)), 1U);
  EXPECT_THAT(found, ElementsAre("functions.sends_idempotency_key", "model_keys.sealed_key",
                                 "recording_removals.object_key", "segments.segment_key"))
      << "A new column: add it to object_columns() if it names an object, or to this list";
}

class SealedBackupTest : public BackupTest {
 protected:
  void SetUp() override {
    BackupTest::SetUp();
    ASSERT_TRUE(sync_wait(vault.remove({}, "vault.json")));
    open("correct horse battery");
  }
};

TEST_F(SealedBackupTest, restores_with_its_passphrase_only) {
  ASSERT_TRUE(take());
  open("correct horse battery");
  SmallInstallation target(clock);

  restore(target);

  EXPECT_EQ(target.sums(), house.sums());
  for (const auto* passphrase : {"", "correct horse batterx"}) {
    auto refused = open_backups(vault, clock, {.passphrase = passphrase}, false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  }
}

TEST_F(SealedBackupTest, shows_nothing_to_who_has_no_passphrase) {
  ASSERT_TRUE(take());
  auto plain = to_hex(sha256("The lamp floats on water."));

  for (const auto& key : vault.keys("")) {
    EXPECT_THAT(key, testing::Not(HasSubstr(plain)));
    auto text = vault.text_of(key);
    EXPECT_EQ(text.find("lamp"), std::string::npos) << key;
    EXPECT_EQ(text.find("documents"), std::string::npos) << key;
  }
}

TEST_F(SealedBackupTest, writes_only_what_is_new_and_finds_damage) {
  ASSERT_TRUE(take());
  house.add_credits(7, "second");

  auto second = take(true);

  ASSERT_TRUE(second);
  EXPECT_LE(second->new_chunks, 2);
  auto chunk = vault.keys("chunks/").front();
  vault.damage(chunk);
  auto found = backups->verify("");
  ASSERT_TRUE(found);
  ASSERT_FALSE(found->damages.empty());
  EXPECT_EQ(found->damages.front().what, chunk);
}

TEST_F(SealedBackupTest, opens_no_bytes_that_are_not_sealed) {
  ASSERT_TRUE(take());
  auto manifest = vault.keys("backups/").front();
  auto text = vault.text_of(manifest);
  text[5] = static_cast<char>(text[5] & ~2);
  vault.put_text(manifest, text);

  EXPECT_FALSE(backups->find(""));
}

TEST(Backups, are_not_made_where_none_may_be) {
  ManualClock clock;
  WatchedStore store(clock);

  auto opened = open_backups(store, clock, {}, false);

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::not_found);
  EXPECT_THAT(store.keys(""), IsEmpty());
}

}  // namespace
}  // namespace aiva::backup
