#pragma once

#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "capabilities/commerce/product_finder.h"
#include "knowledge_rig.h"
#include "ports/testing/fake_image_model.h"
#include "ports/testing/fake_picture_reader.h"

namespace aiva::bench {

// A server's search of products over rows and files of its own, but for the embedder, which only
// hashes words: what is measured is everything else. Ends the program when anything fails.
class Shop {
 public:
  explicit Shop(std::size_t dimension);

  // Writes made-up products of three variants each.
  void fill(std::size_t products);
  // Writes one of them anew, as a webhook about its stock does.
  void touch_one();
  commerce::ProductAnswer search(commerce::ProductQuery query);
  // A few words that a product has.
  std::string some_words(std::size_t count);
  [[nodiscard]] static std::string vendor(std::size_t number);

 private:
  std::string word();
  Result<void> insert(SqlSession& sql, std::size_t number);

  KnowledgeRig rig_;
  FakePictureReader pictures_;
  FakeImageModel image_model_;
  std::mt19937 random_{7};
  commerce::StoreId store_ = commerce::StoreId::make();
  std::vector<commerce::ProductId> products_;
  std::unique_ptr<PassageIndex> index_;
  std::unique_ptr<images::Images> images_;
  std::unique_ptr<commerce::ProductSearch> search_;
  KnowledgeBaseId base_{};
};

}  // namespace aiva::bench
