#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "convert_sentence_encoder/encoder_network.h"
#include "convert_sentence_encoder/piece_list.h"
#include "onnx_writer/onnx_graph.h"
#include "onnx_writer/tensor_archive.h"
#include "onnx_writer/wire_format.h"

namespace aiva::convert {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

class ArchiveTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() /
        ("convert_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  void write_floats(const std::string& name, const std::vector<float>& values) {
    write(name, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
  }
  // One shard of six floats and a manifest that lists `weights`.
  void write_archive(const std::string& weights) {
    write_floats("shard", {1, 2, 3, 4, 5, 6});
    write("model.json", R"({"weightsManifest":[{"paths":["shard"],"weights":[)" + weights + "]}]}");
  }

  std::filesystem::path folder_;
};

TEST(WireMessage, writes_the_bytes_of_the_specification) {
  WireMessage message;

  message.add_integer(1, 150);
  message.add_integer(2, -1);
  message.add_bytes(16, "ab");
  message.add_float(3, 1.0F);

  EXPECT_EQ(message.bytes(),
            "\x08\x96\x01\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x82\x01\x02"
            "ab\x1d\x00\x00\x80\x3f"s);
}

TEST(OnnxGraph, serialises_the_same_calls_to_the_same_bytes) {
  auto build = [] {
    OnnxGraph graph;
    auto x = graph.add_input("x", ElementType::float32, {"batch", std::int64_t{2}});
    auto bias = graph.add_floats("bias", std::array<std::int64_t, 1>{2}, std::array{1.0F, 2.0F});
    auto y = graph.add_node("Add", {x, bias}, "y");
    graph.add_output(y, ElementType::float32, {"batch", std::int64_t{2}});
    return graph.to_model("sum", {{"model", "sum"}});
  };

  const auto bytes = build();

  EXPECT_EQ(bytes, build());
  EXPECT_TRUE(bytes.starts_with("\x08\x08"s)) << "IR version 8 comes first";
  EXPECT_THAT(bytes, HasSubstr("\x0a\x01x\x0a\x04"
                               "bias\x12\x01y\x1a\x01y\x22\x03"
                               "Add"s));
}

TEST(OnnxGraph, names_the_runtimes_domain_only_where_it_is_used) {
  auto build = [](bool is_quantised) {
    OnnxGraph graph;
    auto x = graph.add_input("x", ElementType::float32, {"batch", std::int64_t{2}});
    auto weights =
        graph.add_bytes("w", std::array<std::int64_t, 1>{2}, std::array<std::int8_t, 2>{-1, 127});
    auto y = is_quantised ? graph.add_runtime_node("DynamicQuantizeMatMul", {x, weights}, "y")
                          : graph.add_node("Identity", {x}, "y");
    graph.add_output(y, ElementType::float32, {"batch", std::int64_t{2}});
    return graph.to_model("sum", {});
  };

  EXPECT_THAT(build(true), HasSubstr("com.microsoft"));
  EXPECT_THAT(build(true), HasSubstr("\x08\x02\x10\x03\x42\x01w\x4a\x02\xff\x7f"s));
  EXPECT_THAT(build(false), testing::Not(HasSubstr("com.microsoft")));
}

TEST(OnnxGraph, writes_a_byte_without_sign_and_attributes_of_the_runtime) {
  OnnxGraph graph;
  auto x = graph.add_input("x", ElementType::float32, {"batch", std::int64_t{2}});
  auto zero = graph.add_unsigned_byte("z", 128);
  auto y = graph.add_runtime_node("FusedMatMul", {x, zero}, "y", {{"transB", 1}});
  graph.add_output(y, ElementType::float32, {"batch", std::int64_t{2}});

  auto bytes = graph.to_model("product", {});

  EXPECT_THAT(bytes, HasSubstr("\x10\x02\x42\x01z\x4a\x01\x80"s));
  EXPECT_THAT(bytes, HasSubstr("transB"));
  EXPECT_THAT(bytes, HasSubstr("com.microsoft"));
}

TEST(PieceList, writes_scores_before_pieces_and_null_as_zero) {
  auto list = make_piece_list(
      R"([["u",0],["a",0],["b",0],["c",0],["d",0],["e",0],[".",-3.28450870514],[":",null]])");

  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(*list,
            "aiva-pieces 1 8 6\n0\tu\n0\ta\n0\tb\n0\tc\n0\td\n0\te\n-3.28450870514\t.\n0\t:\n");
}

TEST(PieceList, refuses_what_is_no_list_of_pieces) {
  const std::string head = R"([["u",0],["a",0],["b",0],["c",0],["d",0],["e",0],)";

  for (const auto& text : {"{}"s, "[]"s, "[[["s, head + "[1,2]]", head + R"(["a"]])",
                           head + R"(["",1]])", head + R"(["a\tb",1]])", head + R"(["a","b"]])"}) {
    auto list = make_piece_list(text);
    ASSERT_FALSE(list) << text;
    EXPECT_EQ(list.error().code, ErrorCode::invalid) << text;
  }
}

TEST_F(ArchiveTest, finds_tensors_by_name_and_shape) {
  write_archive(R"({"name":"a","shape":[2],"dtype":"float32"},
                   {"name":"n","shape":[],"dtype":"int32"},
                   {"name":"b","shape":[1,1,3,1],"dtype":"float32"})");

  auto archive = TensorArchive::read(folder_);

  ASSERT_TRUE(archive) << archive.error().message;
  EXPECT_THAT(*archive->floats("a", std::array<std::int64_t, 1>{2}), testing::ElementsAre(1, 2));
  EXPECT_THAT(*archive->floats("b", std::array<std::int64_t, 2>{3, 1}),
              testing::ElementsAre(4, 5, 6));
  EXPECT_FALSE(archive->floats("b", std::array<std::int64_t, 1>{3}));
  EXPECT_FALSE(archive->floats("n", {}));
  EXPECT_FALSE(archive->floats("c", std::array<std::int64_t, 1>{2}));
}

TEST_F(ArchiveTest, refuses_a_manifest_that_does_not_fit_its_shards) {
  for (const char* weights : {R"({"name":"a","shape":[5],"dtype":"float32"})",
                              R"({"name":"a","shape":[7],"dtype":"float32"})",
                              R"({"name":"a","shape":[-6],"dtype":"float32"})",
                              R"({"name":"a","shape":[6],"dtype":"float16"})",
                              R"({"name":"a","shape":[67108864,67108864],"dtype":"float32"})",
                              R"({"name":"a","shape":[6],"dtype":"float32","quantization":{}})"}) {
    write_archive(weights);
    auto archive = TensorArchive::read(folder_);
    ASSERT_FALSE(archive) << weights;
    EXPECT_EQ(archive.error().code, ErrorCode::invalid) << weights;
  }
}

TEST_F(ArchiveTest, refuses_missing_files_and_paths_outside_the_folder) {
  EXPECT_FALSE(TensorArchive::read(folder_));

  write("model.json", R"({"weightsManifest":[{"paths":["../shard"],"weights":[]}]})");
  EXPECT_FALSE(TensorArchive::read(folder_));

  write("model.json", R"({"weightsManifest":[{"paths":["shard"],"weights":[]}]})");
  EXPECT_FALSE(TensorArchive::read(folder_));
}

TEST_F(ArchiveTest, names_the_weight_a_model_lacks) {
  write_archive(R"({"name":"a","shape":[6],"dtype":"float32"})");
  auto archive = TensorArchive::read(folder_);
  ASSERT_TRUE(archive) << archive.error().message;

  auto model = make_encoder_model(*archive);

  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message, HasSubstr("module/Embeddings_en"));
}

}  // namespace
}  // namespace aiva::convert
