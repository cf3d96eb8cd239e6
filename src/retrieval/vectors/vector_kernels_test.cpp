#include "retrieval/vectors/vector_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace aiva::retrieval {
namespace {

template <class T>
std::vector<T> random_integers(std::size_t count, unsigned seed, int least, int most) {
  std::mt19937 generator(seed);
  std::uniform_int_distribution<int> next(least, most);
  std::vector<T> values(count);
  for (auto& value : values) value = static_cast<T>(next(generator));
  return values;
}

std::vector<float> random_floats(std::size_t count, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> next;
  std::vector<float> values(count);
  for (auto& value : values) value = next(generator);
  return values;
}

class VectorKernelsTest : public testing::TestWithParam<VectorKernelSet> {
 protected:
  void SetUp() override {
    if (!is_supported(GetParam())) GTEST_SKIP() << "this machine lacks the instructions";
    tried_ = &vector_kernels(GetParam());
  }

  const VectorKernels* tried_ = nullptr;
  const VectorKernels& plain_ = scalar_vector_kernels();
};

TEST_P(VectorKernelsTest, converts_every_half_to_a_float_and_back) {
  std::vector<std::uint16_t> halves(65536);
  for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<std::uint16_t>(i);

  std::vector<float> floats(halves.size());
  tried_->floats_of_halves(halves.data(), halves.size(), floats.data());
  std::vector<std::uint16_t> back(halves.size());
  tried_->halves_of_floats(floats.data(), floats.size(), back.data());

  for (std::size_t i = 0; i < halves.size(); ++i) {
    const bool is_nan = (i & 0x7fffU) > 0x7c00U;
    ASSERT_EQ(std::isnan(floats[i]), is_nan) << i;
    if (!is_nan) ASSERT_EQ(back[i], halves[i]);
  }
}

TEST_P(VectorKernelsTest, rounds_floats_to_halves_as_the_plain_kernel_does) {
  auto floats = random_floats(4001, 3);
  for (std::size_t i = 0; i < floats.size(); ++i)
    floats[i] = std::ldexp(floats[i], static_cast<int>(i % 50) - 30);
  for (const float edge : {0.0F, -0.0F, 65504.0F, 65519.0F, 65520.0F, 1e9F, 0x1p-24F, 0x1p-25F,
                           0x1.8p-25F, 0x1.ffcp-15F, 1.00048828125F, 1.00146484375F})
    floats.push_back(edge);

  std::vector<std::uint16_t> wanted(floats.size());
  std::vector<std::uint16_t> got(floats.size());
  plain_.halves_of_floats(floats.data(), floats.size(), wanted.data());
  tried_->halves_of_floats(floats.data(), floats.size(), got.data());

  EXPECT_EQ(got, wanted);
}

TEST_P(VectorKernelsTest, compares_floats_with_halves_at_every_dimension) {
  for (std::size_t count = 0; count <= 140; ++count) {
    const auto query = random_floats(count + 1, 1);
    std::vector<std::uint16_t> row(count + 1);
    plain_.halves_of_floats(random_floats(count + 1, 2).data(), count + 1, row.data());

    const float dot = tried_->dot_halves(query.data() + 1, row.data() + 1, count);
    const float distance = tried_->distance_halves(query.data() + 1, row.data() + 1, count);

    EXPECT_NEAR(dot, plain_.dot_halves(query.data() + 1, row.data() + 1, count), 1e-3);
    EXPECT_NEAR(distance, plain_.distance_halves(query.data() + 1, row.data() + 1, count), 1e-3);
  }
}

TEST_P(VectorKernelsTest, multiplies_bytes_exactly) {
  for (std::size_t count = 64; count <= 4096; count += 64) {
    const auto row = random_integers<std::uint8_t>(count + 1, 1, 0, 255);
    const auto query = random_integers<std::int8_t>(count + 1, 2, -128, 127);
    ASSERT_EQ(tried_->dot_bytes(row.data() + 1, query.data() + 1, count),
              plain_.dot_bytes(row.data() + 1, query.data() + 1, count));
  }
  const std::vector<std::uint8_t> most(4096, 255);
  const std::vector<std::int8_t> least(4096, -128);
  EXPECT_EQ(tried_->dot_bytes(most.data(), least.data(), 4096), -255 * 128 * 4096);
}

TEST_P(VectorKernelsTest, multiplies_tiles_of_bytes_exactly) {
  for (const std::size_t count : {64, 192, 1536}) {
    const auto rows = random_integers<std::uint8_t>(4 * count, 1, 0, 255);
    const auto columns = random_integers<std::int8_t>(64 * count, 2, -128, 127);
    std::array<std::int32_t, 256> wanted{};
    std::array<std::int32_t, 256> got{};
    plain_.dot_bytes_tile(rows.data(), count, columns.data(), count, wanted.data());
    tried_->dot_bytes_tile(rows.data(), count, columns.data(), count, got.data());
    EXPECT_EQ(got, wanted);
  }
}

TEST_P(VectorKernelsTest, sums_what_bits_choose_exactly) {
  for (std::size_t count = 64; count <= 4096; count += 64) {
    const auto code = random_integers<std::uint8_t>(count / 8 + 1, 1, 0, 255);
    const auto query = random_integers<std::int8_t>(count + 1, 2, -128, 127);
    ASSERT_EQ(tried_->sum_of_bits(code.data() + 1, query.data() + 1, count),
              plain_.sum_of_bits(code.data() + 1, query.data() + 1, count));
  }
}

TEST_P(VectorKernelsTest, sums_the_table_entries_of_a_block_exactly) {
  for (std::size_t columns = 8; columns <= 64; columns += 8) {
    for (const int least : {0, table_entry_max}) {
      const auto codes = random_integers<std::uint8_t>(columns * 64 + 1, 1, 0, 255);
      const auto tables =
          random_integers<std::uint8_t>(columns * 32 + 1, 2, least, table_entry_max);
      std::array<std::uint16_t, 64> wanted{};
      std::array<std::uint16_t, 64> got{};
      plain_.sum_block(codes.data() + 1, columns, tables.data() + 1, wanted.data());
      tried_->sum_block(codes.data() + 1, columns, tables.data() + 1, got.data());
      ASSERT_EQ(got, wanted);
    }
  }
}

TEST_P(VectorKernelsTest, says_which_estimates_are_above_the_bound) {
  const auto sums = random_integers<std::uint16_t>(64, 1, 0, 3968);
  const auto scales = random_floats(64, 2);
  auto offsets = random_floats(64, 3);
  offsets[5] = std::numeric_limits<float>::quiet_NaN();
  const EstimateTerms terms{.sum_offset = -2, .sum_scale = 0.001F, .base = 0.5F};
  std::array<float, 64> estimates{};

  const auto above = tried_->estimate_block(sums.data(), scales.data(), offsets.data(), terms, 1,
                                            estimates.data());

  for (std::size_t i = 0; i < 64; ++i) {
    const float wanted =
        (-2 + 0.001F * static_cast<float>(sums[i])) * scales[i] + offsets[i] + 0.5F;
    EXPECT_EQ((above >> i & 1U) != 0, estimates[i] > 1) << i;
    if (i != 5) EXPECT_NEAR(estimates[i], wanted, 1e-4);
  }
  EXPECT_EQ(above >> 5 & 1U, 0U);
}

TEST_P(VectorKernelsTest, transforms_as_the_plain_kernel_does) {
  for (std::size_t count = 64; count <= 4096; count *= 2) {
    auto wanted = random_floats(count, 1);
    auto got = wanted;
    plain_.hadamard(wanted.data(), count);
    tried_->hadamard(got.data(), count);
    for (std::size_t i = 0; i < count; ++i) ASSERT_NEAR(got[i], wanted[i], 1e-2);
  }
}

TEST_P(VectorKernelsTest, prepares_a_query_as_the_plain_kernels_do) {
  for (std::size_t count = 64; count <= 4096; count += 64) {
    const auto query = random_floats(count + 1, 1);
    const auto centre = random_floats(count + 1, 2);
    std::vector<float> wanted(count);
    std::vector<float> got(count);
    ResidualTerms wanted_terms;
    ResidualTerms terms;
    plain_.subtract(query.data() + 1, centre.data() + 1, count, wanted.data(), wanted_terms);
    tried_->subtract(query.data() + 1, centre.data() + 1, count, got.data(), terms);
    ASSERT_EQ(got, wanted);
    const float near = 1e-3F * static_cast<float>(count);
    EXPECT_NEAR(terms.norm, wanted_terms.norm, near);
    EXPECT_NEAR(terms.with_centre, wanted_terms.with_centre, near);
    EXPECT_EQ(terms.largest, wanted_terms.largest);

    float widest = 0;
    float total = 0;
    float wanted_widest = 0;
    float wanted_total = 0;
    plain_.widths_of_fours(wanted.data(), count, wanted_widest, wanted_total);
    tried_->widths_of_fours(wanted.data(), count, widest, total);
    EXPECT_NEAR(widest, wanted_widest, 1e-4);
    EXPECT_NEAR(total, wanted_total, near);
  }
}

TEST_P(VectorKernelsTest, makes_bytes_and_tables_exactly) {
  for (std::size_t count = 64; count <= 4096; count += 64) {
    auto values = random_floats(count + 1, 3);
    values[1] = 0;
    values[2] = -0.0F;
    float largest = 0;
    for (const float value : values) largest = std::max(largest, std::fabs(value));
    values[3] = largest;
    values[4] = -largest;
    std::vector<std::int8_t> wanted_bytes(count);
    std::vector<std::int8_t> bytes(count);
    plain_.bytes_of_floats(values.data() + 1, count, 127 / largest, wanted_bytes.data());
    tried_->bytes_of_floats(values.data() + 1, count, 127 / largest, bytes.data());
    ASSERT_EQ(bytes, wanted_bytes);
    EXPECT_EQ(*std::ranges::max_element(bytes), 127);
    EXPECT_EQ(*std::ranges::min_element(bytes), -127);

    std::vector<std::uint8_t> wanted_tables(count * 4);
    std::vector<std::uint8_t> tables(count * 4);
    const float steps = table_entry_max / (4 * largest);
    plain_.tables_of_fours(values.data() + 1, count, steps, wanted_tables.data());
    tried_->tables_of_fours(values.data() + 1, count, steps, tables.data());
    ASSERT_EQ(tables, wanted_tables);
    EXPECT_LE(*std::ranges::max_element(tables), table_entry_max);
  }
}

TEST_P(VectorKernelsTest, sets_signs_exactly) {
  for (std::size_t count = 64; count <= 4096; count += 64) {
    std::mt19937_64 random(count);
    std::vector<std::uint64_t> bits(count / 64);
    for (auto& word : bits) word = random();
    auto wanted = random_floats(count + 1, 1);
    auto got = wanted;
    plain_.set_signs(wanted.data() + 1, bits.data(), count, 0.03125F);
    tried_->set_signs(got.data() + 1, bits.data(), count, 0.03125F);
    ASSERT_EQ(got, wanted);
  }
}

INSTANTIATE_TEST_SUITE_P(Sets, VectorKernelsTest,
                         testing::Values(VectorKernelSet::scalar, VectorKernelSet::avx2,
                                         VectorKernelSet::avx512, VectorKernelSet::neon),
                         [](const auto& info) -> std::string {
                           switch (info.param) {
                             case VectorKernelSet::scalar: return "scalar";
                             case VectorKernelSet::avx2: return "avx2";
                             case VectorKernelSet::avx512: return "avx512";
                             case VectorKernelSet::neon: return "neon";
                           }
                           return "none";
                         });

}  // namespace
}  // namespace aiva::retrieval
