#pragma once

#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "adapters/job_table/job_table.h"
#include "adapters/segment_index/segment_index.h"
#include "adapters/test_database/test_database.h"
#include "capabilities/commerce/product_finder.h"
#include "ports/testing/fake_image_model.h"
#include "ports/testing/fake_picture_reader.h"
#include "ports/testing/fake_text_embedder.h"
#include "ports/testing/folder_object_store.h"
#include "ports/testing/inline_document_reader.h"

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
  [[nodiscard]] CallContext context() const { return {.tenant = tenant_}; }
  std::string word();
  Result<void> insert(SqlSession& sql, std::size_t number);

  TestDatabase database_;
  TemporaryFolder folder_;
  SystemClock clock_;
  Metrics metrics_;
  FolderObjectStore objects_;
  InlineDocumentReader reader_;
  FakeTextEmbedder embedder_;
  FakePictureReader pictures_;
  FakeImageModel image_model_;
  ThreadPool compute_{{.name = "compute", .threads = 2}};
  std::mt19937 random_{7};
  TenantId tenant_ = database_.add_tenant();
  commerce::StoreId store_ = commerce::StoreId::make();
  std::vector<commerce::ProductId> products_;
  std::unique_ptr<JobQueue> jobs_;
  std::unique_ptr<PassageIndex> documents_;
  std::unique_ptr<PassageIndex> index_;
  std::unique_ptr<billing::Billing> billing_;
  std::unique_ptr<knowledge::Knowledge> knowledge_;
  std::unique_ptr<images::Images> images_;
  std::unique_ptr<commerce::ProductSearch> search_;
  KnowledgeBaseId base_{};
};

}  // namespace aiva::bench
