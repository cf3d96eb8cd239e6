#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "capabilities/images/testing/images_fixture.h"

namespace aiva::images {
namespace {

class FiguresTest : public ImagesTest {
 protected:
  FiguresTest() { settings_.figures_job = figures_job_kind; }

  static std::string figure(int red, int green, int blue) {
    return "FIGURE " + FakePictureReader::painted(red, green, blue);
  }
  // Reads the document, then runs the job about its figures.
  knowledge::Document read(const std::string& text) {
    auto document = upload(base_, text, "book.pdf");
    run_all_jobs();
    return document;
  }
  std::vector<Job> lease_figure_jobs() {
    auto jobs = sync_wait(jobs_->lease({}, {figures_job_kind}, 10, "w1", lease));
    return jobs.value_or(std::vector<Job>{});
  }
  int run_figure_jobs() {
    int count = 0;
    for (const auto& job : lease_figure_jobs()) {
      auto outcome = sync_wait(images_->run(context(), job));
      if (!outcome) ADD_FAILURE() << outcome.error().message;
      outcome_ = outcome.value_or(JobOutcome{});
      (void)sync_wait(jobs_->finish({}, job.id, "w1", outcome_));
      ++count;
    }
    return count;
  }
  std::vector<Image> images_of(DocumentId document) {
    auto page = sync_wait(images_->list(context(), base_, {.document = document}));
    auto items = page ? page->items : std::vector<Image>{};
    std::ranges::sort(items, {}, &Image::page);
    return items;
  }

  JobOutcome outcome_{};
};

TEST_F(FiguresTest, makes_the_figures_of_a_document_searchable) {
  auto document = read("Chapter one\n" + figure(220, 20, 20) + "\f" + figure(20, 20, 220) + "\n");

  EXPECT_EQ(run_figure_jobs(), 1);

  auto figures = images_of(document.id);
  ASSERT_EQ(figures.size(), 2U);
  EXPECT_EQ(figures[0].page, 1);
  EXPECT_EQ(figures[1].page, 2);
  auto answer = search({.picture = picture_file(20, 20, 210)});
  ASSERT_FALSE(answer.hits.empty());
  EXPECT_EQ(answer.hits[0].image.document, document.id);
  EXPECT_EQ(answer.hits[0].image.page, 2);
  EXPECT_EQ(sync_wait(images_->statistics(context(), base_))->figures, 2);
}

TEST_F(FiguresTest, leaves_texts_alone) {
  upload(base_, "Nothing to see", "notes.txt");
  run_all_jobs();

  EXPECT_EQ(run_figure_jobs(), 0);
}

TEST_F(FiguresTest, leaves_a_document_alone_that_was_seen_to_have_none) {
  read("PDF\nNothing to see");

  EXPECT_EQ(run_figure_jobs(), 0);
}

TEST_F(FiguresTest, does_nothing_twice) {
  auto document = read(figure(220, 20, 20) + "\n" + figure(220, 20, 20));
  Job job{.tenant = tenant_, .kind = figures_job_kind, .subject = document.id.to_string()};

  ASSERT_TRUE(sync_wait(images_->run(context(), job)));
  auto first = images_of(document.id);
  ASSERT_TRUE(sync_wait(images_->run(context(), job)));
  auto second = images_of(document.id);

  ASSERT_EQ(first.size(), 1U) << "the same picture twice is one figure";
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(first[0].id, second[0].id);
}

TEST_F(FiguresTest, follows_a_new_version) {
  auto old = KnowledgeFixture::add(
      base_, staged("book.pdf", figure(220, 20, 20) + "\n" + figure(20, 220, 20)));
  run_all_jobs();
  run_figure_jobs();
  auto before = images_of(old.document.id);

  KnowledgeFixture::add(
      base_, staged("book.pdf", "A preface\f" + figure(20, 220, 20) + "\n" + figure(1, 2, 200)));
  run_all_jobs();
  run_figure_jobs();

  auto after = images_of(old.document.id);
  ASSERT_EQ(before.size(), 2U);
  ASSERT_EQ(after.size(), 2U);
  EXPECT_EQ(after[0].page, 2);
  EXPECT_EQ(std::ranges::count(after, before[0].id, &Image::id) +
                std::ranges::count(after, before[1].id, &Image::id),
            1)
      << "what is still there keeps its id";
  EXPECT_EQ(sync_wait(objects_.list({}, "images/", "", 10))->size(), 4U);
}

TEST_F(FiguresTest, goes_with_a_new_version_that_has_none) {
  auto old = KnowledgeFixture::add(base_, staged("book.pdf", figure(220, 20, 20)));
  run_all_jobs();
  run_figure_jobs();
  ASSERT_EQ(images_of(old.document.id).size(), 1U);

  KnowledgeFixture::add(base_, staged("book.pdf", "PDF\nNothing to see any more"));
  run_all_jobs();
  run_figure_jobs();

  EXPECT_TRUE(images_of(old.document.id).empty());
}

TEST_F(FiguresTest, goes_with_its_document) {
  auto document = read(figure(220, 20, 20));
  run_figure_jobs();

  ASSERT_TRUE(sync_wait(
      knowledge_->act(context(), document.id, knowledge::Knowledge::DocumentAction::remove)));

  EXPECT_EQ(number("SELECT COUNT(*) FROM images"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM image_vectors"), 0);
}

TEST_F(FiguresTest, leaves_out_a_figure_that_cannot_be_decoded) {
  auto document = read("FIGURE nothing one could look at\n" + figure(220, 20, 20));

  EXPECT_EQ(run_figure_jobs(), 1);

  EXPECT_EQ(images_of(document.id).size(), 1U);
  EXPECT_EQ(outcome_.kind, JobOutcome::Kind::completed);
}

TEST_F(FiguresTest, tries_again_when_the_model_cannot_be_had) {
  auto document = read(figure(220, 20, 20));
  model_.fail_with(Error{.code = ErrorCode::unavailable, .message = "Out"});
  run_figure_jobs();
  EXPECT_EQ(outcome_.kind, JobOutcome::Kind::retry);

  model_.fail_with({});
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(run_figure_jobs(), 1);

  EXPECT_EQ(images_of(document.id).size(), 1U);
}

TEST_F(FiguresTest, forgets_a_document_that_is_gone) {
  Job job{.tenant = tenant_, .kind = figures_job_kind, .subject = DocumentId::make().to_string()};
  Job nonsense{.tenant = tenant_, .kind = figures_job_kind, .subject = "book"};

  auto gone = sync_wait(images_->run(context(), job));
  auto wrong = sync_wait(images_->run(context(), nonsense));

  ASSERT_TRUE(gone && wrong);
  EXPECT_EQ(gone->kind, JobOutcome::Kind::completed);
  EXPECT_EQ(wrong->kind, JobOutcome::Kind::dead);
}

TEST_F(FiguresTest, shows_the_model_several_figures_at_once) {
  std::string text;
  for (int i = 0; i < 10; ++i) text += figure(20, 20 * i, 100) + "\n";
  text += "FIGURE nothing one could look at\n";

  auto document = read(text);
  run_figure_jobs();

  EXPECT_THAT(model_.calls(), testing::ElementsAre(8, 2));
  auto figures = images_of(document.id);
  ASSERT_EQ(figures.size(), 10U);
  EXPECT_EQ(number("SELECT COUNT(*) FROM image_vectors WHERE model = 'fake-colours'"), 10);
  auto answer = search({.picture = picture_file(20, 180, 100)});
  ASSERT_FALSE(answer.hits.empty());
  EXPECT_GT(answer.hits[0].score, 0.99);
  EXPECT_EQ(number("SELECT COUNT(*) FROM credit_transactions WHERE operation = 'image'"), 10);
}

TEST_F(FiguresTest, leaves_out_one_figure_of_several_that_the_model_refuses) {
  model_.refuse(77);

  auto document =
      read(figure(220, 20, 20) + "\n" + figure(77, 20, 20) + "\n" + figure(20, 220, 20));
  run_figure_jobs();

  EXPECT_EQ(images_of(document.id).size(), 2U);
  EXPECT_EQ(outcome_.kind, JobOutcome::Kind::completed);
  EXPECT_THAT(model_.calls(), testing::ElementsAre(3, 1, 1, 1));
}

TEST_F(FiguresTest, leaves_no_staged_files_behind) {
  read(figure(220, 20, 20) + "\nFIGURE nothing");
  run_figure_jobs();

  EXPECT_TRUE(std::filesystem::is_empty(objects_.staging_folder()));
}

}  // namespace
}  // namespace aiva::images
