#include "adapters/onnx/cross_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "ports/testing/reranker_contract.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {
namespace {

using ::testing::HasSubstr;

// Written by make_tiny_cross_encoder.
const std::filesystem::path tiny = AIVA_TEST_MODELS "/tiny_cross_encoder";

std::unique_ptr<Reranker> make(const std::string& name, CrossEncoderOptions options = {}) {
  auto report = check_cross_encoder_folder(AIVA_TEST_ONNXRUNTIME, tiny / name);
  EXPECT_TRUE(report.has_value()) << report.error().message << report.error().cause;
  options.library_path = AIVA_TEST_ONNXRUNTIME;
  options.folder = tiny / name;
  options.logits = report->logits;
  options.tokens_max = report->tokens_max;
  auto made = make_cross_encoder(options);
  EXPECT_TRUE(made.has_value()) << made.error().message;
  return std::move(*made);
}

RerankScores score(Reranker& reranker, std::string query, std::vector<std::string> texts) {
  auto scores = sync_wait(reranker.score({}, std::move(query), std::move(texts)));
  EXPECT_TRUE(scores.has_value()) << scores.error().message << scores.error().cause;
  return scores.value_or(RerankScores{});
}

double sigmoid(double value) { return 1 / (1 + std::exp(-value)); }

RerankerSubject make_words() {
  return {.reranker = make("words"),
          .query = "When may goods be returned?",
          .good_text = "Goods may be returned within thirty days.",
          .bad_text = "The hall opens at nine."};
}
RerankerSubject make_pieces() {
  return {.reranker = make("pieces", {.batch_tokens_max = 64}),
          .query = "may",
          .good_text = "goods returned",
          .bad_text = "goods"};
}
INSTANTIATE_TEST_SUITE_P(Onnx, RerankerContract, ::testing::Values(make_words, make_pieces));

TEST(CrossEncoder, says_what_is_in_a_folder) {
  auto words = check_cross_encoder_folder(AIVA_TEST_ONNXRUNTIME, tiny / "words");
  auto pieces = check_cross_encoder_folder(AIVA_TEST_ONNXRUNTIME, tiny / "pieces");

  ASSERT_TRUE(words && pieces) << pieces.error().cause;
  EXPECT_EQ(words->logits, 1U);
  EXPECT_EQ(words->tokens_max, 64U);
  EXPECT_EQ(words->files.size(), 3U);
  EXPECT_EQ(words->files.front(), "onnx/model.onnx");
  EXPECT_EQ(words->fingerprint.size(), 12U);
  EXPECT_EQ(pieces->logits, 2U);
  EXPECT_EQ(pieces->tokens_max, 32U);
}

TEST(CrossEncoder, reads_query_and_text_together) {
  auto words = make("words");

  auto scores =
      score(*words, "goods returned", {"Goods, the goods!", "returned", "hall", "RETURNED goods"});

  ASSERT_EQ(scores.values.size(), 4U);
  EXPECT_NEAR(scores.values[0], sigmoid(2 - 2), 1e-6);
  EXPECT_NEAR(scores.values[1], sigmoid(2 - 2), 1e-6);  // return, ##ed
  EXPECT_NEAR(scores.values[2], sigmoid(0 - 2), 1e-6);
  EXPECT_NEAR(scores.values[3], sigmoid(3 - 2), 1e-6);
  // Three marks a pair, three pieces of the query.
  EXPECT_EQ(scores.tokens, 4 * 6 + 5 + 2 + 1 + 3);
}

TEST(CrossEncoder, takes_the_second_of_two_logits_for_yes) {
  auto pieces = make("pieces");

  auto scores = score(*pieces, "goods", {"may", "nothing", ""});

  ASSERT_EQ(scores.values.size(), 3U);
  EXPECT_NEAR(scores.values[0], sigmoid(0.1 + 0.4), 1e-6);
  EXPECT_NEAR(scores.values[1], sigmoid(0.1 + 0.6), 1e-6);  // an unknown word behind its mark
  EXPECT_NEAR(scores.values[2], sigmoid(0.1), 1e-6);
}

TEST(CrossEncoder, cuts_what_the_model_does_not_read) {
  auto words = make("words");
  std::string text;
  for (int i = 0; i < 100; ++i) text += "hall ";

  auto scores = score(*words, "goods", {text + "goods", "goods " + text});

  EXPECT_NEAR(scores.values[0], sigmoid(0 - 2), 1e-6);
  EXPECT_NEAR(scores.values[1], sigmoid(1 - 2), 1e-6);
  EXPECT_EQ(scores.tokens, 2 * 64);
}

TEST(CrossEncoder, refuses_folders_that_do_not_fit) {
  TemporaryFolder folder;
  auto check = [](const std::filesystem::path& path) {
    return check_cross_encoder_folder(AIVA_TEST_ONNXRUNTIME, path);
  };
  auto empty = check(folder.path());
  auto classes = check(tiny / "classes");
  std::filesystem::copy(tiny / "words/tokenizer.json", folder.path() / "tokenizer.json");
  std::ofstream(folder.path() / "model.onnx") << "no model";
  auto broken = check(folder.path());

  ASSERT_FALSE(empty || classes || broken);
  EXPECT_EQ(empty.error().code, ErrorCode::invalid);
  EXPECT_THAT(empty.error().message, HasSubstr("model.onnx"));
  EXPECT_EQ(classes.error().code, ErrorCode::invalid);
  EXPECT_EQ(broken.error().code, ErrorCode::unavailable);
}

TEST(CrossEncoder, says_so_when_its_model_is_gone) {
  TemporaryFolder folder;
  std::filesystem::copy(tiny / "words", folder.path(), std::filesystem::copy_options::recursive);
  auto reranker = make_cross_encoder(
      {.library_path = AIVA_TEST_ONNXRUNTIME, .folder = folder.path(), .tokens_max = 64});
  ASSERT_TRUE(reranker.has_value());
  std::filesystem::remove(folder.path() / "onnx/model.onnx");

  auto scores = sync_wait((*reranker)->score({}, "query", {"text"}));

  ASSERT_FALSE(scores.has_value());
  EXPECT_EQ(scores.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva
