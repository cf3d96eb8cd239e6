#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/images/images.h"
#include "capabilities/knowledge/testing/knowledge_fixture.h"
#include "ports/testing/fake_image_model.h"
#include "ports/testing/fake_picture_reader.h"

namespace aiva::images {

// Images over real rows, with fakes around them.
class ImagesTest : public knowledge::KnowledgeFixture {
 protected:
  void SetUp() override {
    KnowledgeFixture::SetUp();
    start();
    base_ = make_base()->id;
  }
  // What a new process would be.
  void start(ImageModel* model = nullptr) {
    images_ = make_images({.database = database_,
                           .objects = objects_,
                           .jobs = *jobs_,
                           .pictures = pictures_,
                           .model = model == nullptr ? model_ : *model,
                           .texts = embedder_,
                           .knowledge = *knowledge_,
                           .documents = reader_,
                           .billing = *billing_,
                           .clock = clock_,
                           .metrics = metrics_,
                           .compute = pool_},
                          image_settings_);
  }

  NewImage staged_image(const std::string& bytes, const std::string& filename = "photo.png") {
    auto file = staged(filename, bytes);
    return {.filename = filename,
            .staged_path = file.staged_path,
            .size_bytes = file.size_bytes,
            .content_sha256 = file.content_sha256};
  }
  Result<AddedImage> try_add(NewImage image) {
    return sync_wait(images_->add(context(), base_, std::move(image)));
  }
  Image add(int red, int green, int blue, std::string description = {}, std::string print = {}) {
    auto image = staged_image(FakePictureReader::painted(red, green, blue, print));
    image.description = std::move(description);
    auto added = try_add(std::move(image));
    if (!added) ADD_FAILURE() << added.error().message << " " << added.error().cause;
    return added.value_or(AddedImage{}).image;
  }
  ImageAnswer search(ImageQuery query) {
    query.knowledge_base = base_;
    auto answer = sync_wait(images_->search(context(), std::move(query)));
    if (!answer) ADD_FAILURE() << answer.error().message << " " << answer.error().cause;
    return answer.value_or(ImageAnswer{});
  }
  static std::vector<ImageId> ids_of(const ImageAnswer& answer) {
    std::vector<ImageId> ids;
    for (const auto& hit : answer.hits) ids.push_back(hit.image.id);
    return ids;
  }
  std::filesystem::path picture_file(int red, int green, int blue) {
    return staged_image(FakePictureReader::painted(red, green, blue)).staged_path;
  }
  static std::string key_of(const Image& image) {
    return "images/" + image.tenant.to_string() + "/" + image.id.to_string();
  }

  FakePictureReader pictures_;
  FakeImageModel model_;
  ImageSettings image_settings_;
  std::unique_ptr<Images> images_;
  KnowledgeBaseId base_{};
};

}  // namespace aiva::images
