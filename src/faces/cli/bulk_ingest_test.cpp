#include "faces/cli/bulk_ingest.h"

#include <gtest/gtest.h>

#include <fstream>
#include <stop_token>
#include <thread>

#include "capabilities/knowledge/testing/knowledge_fixture.h"
#include "foundation/json.h"

namespace aiva::cli {
namespace {

namespace fs = std::filesystem;

// A folder of files, and somebody who works on the queue meanwhile.
class BulkIngestOf : public knowledge::KnowledgeFixture {
 protected:
  void write(const std::string& name, const std::string& text) {
    auto path = folder_.path() / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  json::Object ingest(const knowledge::KnowledgeBase& base) {
    std::jthread worker([this](const std::stop_token& stop) {
      while (!stop.stop_requested())
        if (run_due_jobs() == 0) std::this_thread::yield();
    });
    BulkIngest bulk(*knowledge_, objects_, context(), base);
    bulk.run(select_files({folder_.path().string()}, {}, {}).files, 3, true);
    auto value = json::parse(bulk.json());
    EXPECT_TRUE(value.has_value());
    summary_ = bulk.summary();
    return value ? value->get_object() : json::Object();
  }

  TemporaryFolder folder_;
  std::string summary_;
};

TEST_F(BulkIngestOf, a_folder_adds_every_file_by_its_path_and_counts_failures) {
  auto base = make_base();
  for (int i = 0; i < 20; ++i)
    write("part" + std::to_string(i % 3) + "/note" + std::to_string(i) + ".txt",
          "Note " + std::to_string(i));
  write("bad.txt", "BROKEN");
  write("empty.txt", "");

  auto told = ingest(*base);

  EXPECT_EQ(told.at("added"), 20);
  EXPECT_EQ(told.at("failed"), 2);
  EXPECT_NE(summary_.find("bad.txt: The document is damaged"), std::string::npos) << summary_;
  EXPECT_NE(summary_.find("20 added, 0 updated, 0 unchanged, 2 failed"), std::string::npos);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents WHERE filename LIKE 'part1/%'"), 7);
  EXPECT_TRUE(fs::is_empty(objects_.staging_folder()));
  expect_consistent_rows();
}

TEST_F(BulkIngestOf, a_folder_again_reads_only_what_changed) {
  auto base = make_base();
  write("a.txt", "Old A.");
  write("b.txt", "B.");
  ingest(*base);
  write("a.txt", "New A.");
  write("c.txt", "C.");

  auto told = ingest(*base);

  EXPECT_EQ(told.at("added"), 1);
  EXPECT_EQ(told.at("updated"), 1);
  EXPECT_EQ(told.at("unchanged"), 1);
  EXPECT_EQ(told.at("failed"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents"), 3);
}

TEST_F(BulkIngestOf, an_archive_waits_for_what_came_out_of_it) {
  auto base = make_base();
  write("papers.zip",
        InlineDocumentReader::archive_of({{"in/a.txt", "A."}, {"in/b.txt", "BROKEN"}}));

  auto told = ingest(*base);

  EXPECT_EQ(told.at("added"), 2);
  EXPECT_EQ(told.at("failed"), 1);
  EXPECT_NE(summary_.find("papers.zip/in/b.txt: The document is damaged"), std::string::npos);
}

}  // namespace
}  // namespace aiva::cli
