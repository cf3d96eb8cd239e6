#include "adapters/onnx/internal/onnx_session.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <vector>

namespace aiva {
namespace {

constexpr const char* library = AIVA_TEST_ONNXRUNTIME;
constexpr const char* model = AIVA_TEST_MODELS "/sentence_encoder.onnx";

std::vector<float> run(const OnnxSession& session, const std::vector<std::int64_t>& ids,
                       const std::vector<std::int64_t>& lengths) {
  const auto rows = static_cast<std::int64_t>(lengths.size());
  const std::array ids_shape{rows, static_cast<std::int64_t>(ids.size()) / rows};
  const std::array output_shape{rows, std::int64_t{512}};
  const std::array inputs{OnnxInput{"ids", ids, ids_shape},
                          OnnxInput{"lengths", lengths, std::span(ids_shape).first(1)}};
  std::vector<float> values(lengths.size() * 512);
  const auto done = session.run(inputs, {"embeddings", values, output_shape});
  EXPECT_TRUE(done) << done.error().cause;
  return values;
}

TEST(OnnxSession, gives_a_padded_row_the_vector_it_has_alone) {
  const auto session = OnnxSession::open(library, model).value();
  const auto alone_short = run(*session, {728, 64, 16}, {3});
  const auto alone_long = run(*session, {5969, 54, 9, 10, 11, 12, 13}, {7});

  const auto padded = run(*session,
                          {728, 64, 16, 99, 98, 97, 96, 95, 94,  //
                           5969, 54, 9, 10, 11, 12, 13, 7999, 0},
                          {3, 7});

  for (std::size_t i = 0; i < 512; ++i) {
    EXPECT_NEAR(padded[i], alone_short[i], 2e-6) << i;
    EXPECT_NEAR(padded[512 + i], alone_long[i], 2e-6) << i;
  }
}

TEST(OnnxSession, describes_the_model) {
  const auto session = OnnxSession::open(library, model).value();

  EXPECT_EQ(session->metadata("model"), "universal-sentence-encoder-lite");
  EXPECT_EQ(session->metadata("tokens_max"), "128");
  EXPECT_EQ(session->metadata("absent"), std::nullopt);
  EXPECT_EQ(session->output_size(), 512U);
}

TEST(OnnxSession, refuses_inputs_the_model_cannot_take) {
  const auto session = OnnxSession::open(library, model).value();
  const std::vector<std::int64_t> ids{1, 2, 900000};
  const std::vector<std::int64_t> lengths{3};
  const std::array<std::int64_t, 2> ids_shape{1, 3};
  const std::array<std::int64_t, 2> output_shape{1, 512};
  std::vector<float> values(512);

  const std::array out_of_vocabulary{OnnxInput{"ids", ids, ids_shape},
                                     OnnxInput{"lengths", lengths, std::span(ids_shape).first(1)}};
  const auto done = session->run(out_of_vocabulary, {"embeddings", values, output_shape});
  const auto missing_input =
      session->run(std::span(out_of_vocabulary).first(1), {"embeddings", values, output_shape});

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::internal);
  EXPECT_FALSE(missing_input);
}

TEST(OnnxSession, says_what_cannot_be_loaded) {
  const auto no_library = OnnxSession::open("/nowhere/libonnxruntime.so", model);
  const auto other_library = OnnxSession::open("libz.so.1", model);
  const auto no_model = OnnxSession::open(library, "/nowhere/model.onnx");
  const auto bad_path = std::filesystem::temp_directory_path() / "onnx_session_test.onnx";
  std::ofstream(bad_path) << "no model at all";
  const auto bad_model = OnnxSession::open(library, bad_path);
  std::filesystem::remove(bad_path);

  for (const auto* session : {&no_library, &other_library, &no_model, &bad_model}) {
    ASSERT_FALSE(*session);
    EXPECT_EQ(session->error().code, ErrorCode::unavailable);
    EXPECT_FALSE(session->error().cause.empty());
  }
}

}  // namespace
}  // namespace aiva
