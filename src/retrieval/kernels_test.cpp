#include "retrieval/kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace aiva::retrieval {
namespace {

std::vector<float> make_random(std::size_t count, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (auto& value : values) value = normal(generator);
  return values;
}

double dot_exact(const float* a, const float* b, std::size_t dimension) {
  double sum = 0;
  for (std::size_t i = 0; i < dimension; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

class KernelsTest : public testing::TestWithParam<KernelSet> {
 protected:
  void SetUp() override {
    if (!is_supported(GetParam())) GTEST_SKIP() << "this machine lacks the instructions";
  }
};

TEST_P(KernelsTest, computes_the_dot_product_at_every_dimension) {
  const auto& set = kernels(GetParam());

  for (std::size_t dimension = 0; dimension <= 200; ++dimension) {
    // One float further than an aligned allocation, so nothing may rely on alignment.
    const auto a = make_random(dimension + 1, 1);
    const auto b = make_random(dimension + 1, 2);

    EXPECT_NEAR(set.dot(a.data() + 1, b.data() + 1, dimension),
                dot_exact(a.data() + 1, b.data() + 1, dimension), 1e-4)
        << dimension;
  }
}

TEST_P(KernelsTest, computes_any_number_of_rows) {
  const auto& set = kernels(GetParam());

  for (std::size_t dimension : {1, 15, 16, 17, 100, 512, 1536}) {
    for (std::size_t count : {0, 1, 3, 4, 5, 9}) {
      const auto query = make_random(dimension, 3);
      const auto rows = make_random(dimension * count, 4);
      std::vector<float> scores(count);

      set.dot_rows(query.data(), rows.data(), count, dimension, scores.data());

      for (std::size_t i = 0; i < count; ++i)
        EXPECT_NEAR(scores[i], dot_exact(query.data(), rows.data() + i * dimension, dimension),
                    2e-3)
            << dimension << " " << i;
    }
  }
}

TEST_P(KernelsTest, keeps_infinities_and_nan) {
  const auto& set = kernels(GetParam());
  std::vector<float> a(40, 1.0F);
  std::vector<float> b(40, 1.0F);

  b[39] = INFINITY;
  EXPECT_EQ(set.dot(a.data(), b.data(), 40), INFINITY);
  b[3] = NAN;
  EXPECT_TRUE(std::isnan(set.dot(a.data(), b.data(), 40)));
}

INSTANTIATE_TEST_SUITE_P(EverySet, KernelsTest,
                         testing::Values(KernelSet::scalar, KernelSet::avx2, KernelSet::avx512));

TEST(Kernels, chooses_a_set_the_machine_has) {
  EXPECT_TRUE(is_supported(best_kernel_set()));
  EXPECT_EQ(&kernels(), &kernels(best_kernel_set()));
}

}  // namespace
}  // namespace aiva::retrieval
