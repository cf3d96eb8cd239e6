#include "capabilities/commerce/internal/store_jobs.h"
#include "capabilities/commerce/testing/commerce_fixture.h"

namespace aiva::commerce {
namespace {

class PicturesOf : public CommerceFixture {
 protected:
  void SetUp() override {
    CommerceFixture::SetUp();
    store_ = connect(base_).id;
  }
  static std::string url(const std::string& name) { return "https://cdn.example/" + name; }
  void picture(const std::string& name, int red, int green, int blue) {
    pictures_there_[url(name)] = {.status = 200,
                                  .headers = {{"Content-Type", "image/png"}},
                                  .body = FakePictureReader::painted(red, green, blue)};
  }
  // A product that shows these pictures.
  void show(const std::string& id, const std::vector<std::string>& names) {
    auto product = ScriptedStorefront::simple(id, "Shoe " + id);
    int position = 0;
    for (const auto& name : names)
      product.images.push_back({.id = id + "-" + name, .url = url(name), .position = ++position});
    shop_.put(product);
  }
  std::int64_t images() { return number("SELECT COUNT(*) FROM images"); }
  std::vector<ProductImage> of_product(const std::string& id) {
    return catalogue(store_).at(id).images;
  }

  StoreId store_{};
};

TEST_F(PicturesOf, become_images_of_the_knowledge_base) {
  picture("red.png", 200, 0, 0);
  picture("blue.png", 0, 0, 200);
  show("1000", {"red.png", "blue.png"});

  auto done = sync(store_);

  EXPECT_EQ(images(), 2);
  auto kept = of_product("1000");
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept.front().status, "completed");
  auto image = sync_wait(images_->get(context(), kept.front().image));
  ASSERT_TRUE(image.has_value());
  EXPECT_EQ(image->description, "Shoe 1000");
  EXPECT_NE(image->metadata.find("product_id"), std::string::npos);
  auto told = look_at(done.id);
  EXPECT_EQ(told.processed_images, 2);
  EXPECT_EQ(told.total_images, 2);
  EXPECT_EQ(told.step, "done");
}

TEST_F(PicturesOf, are_kept_once_and_while_any_product_shows_them) {
  picture("red.png", 200, 0, 0);
  show("1000", {"red.png"});
  sync(store_);
  pictures_there_[url("same.png")] = pictures_there_[url("red.png")];
  show("1001", {"same.png"});
  sync(store_);
  EXPECT_EQ(images(), 1);
  EXPECT_EQ(of_product("1000").front().image, of_product("1001").front().image);

  shop_.remove("1000");
  sync(store_);
  EXPECT_EQ(images(), 1);

  show("1001", {});
  sync(store_);
  EXPECT_EQ(images(), 0);
}

TEST_F(PicturesOf, stay_when_a_person_uploaded_them) {
  auto uploaded = add(200, 0, 0, "Ours");
  picture("red.png", 200, 0, 0);
  show("1000", {"red.png"});
  sync(store_);
  EXPECT_EQ(of_product("1000").front().image, uploaded.id);

  shop_.remove("1000");
  sync(store_);

  EXPECT_EQ(images(), 1);
}

TEST_F(PicturesOf, are_tried_three_times_when_the_shop_fails) {
  pictures_there_[url("red.png")] = {.status = 503};
  pictures_there_[url("page.png")] = {
      .status = 200, .headers = {{"Content-Type", "text/html"}}, .body = "<p>"};
  pictures_there_[url("drawing.svg")] = {
      .status = 200, .headers = {{"Content-Type", "image/svg+xml"}}, .body = "<svg/>"};
  show("1000", {"red.png", "page.png", "drawing.svg", "gone.png"});

  auto started = start_sync(store_);
  run_all_store_jobs();

  auto kept = of_product("1000");
  ASSERT_EQ(kept.size(), 4U);
  EXPECT_EQ(kept[0].status, "failed");
  EXPECT_EQ(kept[0].error, "The shop answered 503");
  EXPECT_EQ(kept[1].status, "failed");
  EXPECT_EQ(kept[2].status, "skipped");
  EXPECT_EQ(kept[3].error, "The shop answered 404");
  auto count = std::ranges::count_if(
      http_.requests(), [](const HttpRequest& request) { return request.url == url("red.png"); });
  EXPECT_EQ(count, 3);
  EXPECT_EQ(look_at(started.id).failed_images, 3);
}

TEST_F(PicturesOf, with_another_address_are_fetched_anew) {
  picture("red.png", 200, 0, 0);
  show("1000", {"red.png"});
  sync(store_);
  auto before = of_product("1000").front().image;

  picture("red.png?v=2", 0, 200, 0);
  auto product = shop_.products().at("1000");
  product.images.front().url = url("red.png?v=2");
  shop_.put(product);
  sync(store_);

  EXPECT_EQ(images(), 1);
  EXPECT_NE(of_product("1000").front().image, before);
}

// A job that leased before the sync has seen that nothing waits: it is not relied upon.
TEST_F(PicturesOf, that_failed_are_tried_again_though_a_job_is_ending) {
  show("1000", {"red.png"});
  sync(store_);
  ASSERT_EQ(of_product("1000").front().status, "failed");
  auto adding = write(database_, context(), [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(jobs_->enqueue(sql, make_images_job(tenant_, store_)));
    return {};
  });
  ASSERT_TRUE(sync_wait(std::move(adding)).has_value());
  auto ending = lease_store_jobs();
  ASSERT_EQ(ending.size(), 1U);

  picture("red.png", 200, 0, 0);
  sync(store_);

  EXPECT_EQ(of_product("1000").front().status, "completed");
}

TEST_F(PicturesOf, go_with_their_store) {
  picture("red.png", 200, 0, 0);
  show("1000", {"red.png"});
  sync(store_);

  ASSERT_TRUE(sync_wait(commerce_->stores().remove(context(), {}, store_)).has_value());
  run_all_store_jobs();

  EXPECT_EQ(images(), 0);
}

TEST_F(PicturesOf, follow_a_redirect_and_are_guarded) {
  pictures_there_[url("moved.png")] = {.status = 302, .headers = {{"Location", "/red.png"}}};
  picture("red.png", 200, 0, 0);
  show("1000", {"moved.png"});

  sync(store_);

  EXPECT_EQ(of_product("1000").front().status, "completed");
  for (const auto& request : http_.requests()) {
    EXPECT_FALSE(request.may_reach_private_addresses);
    EXPECT_EQ(request.response_bytes_max, 10UL * 1024 * 1024);
  }
}

}  // namespace
}  // namespace aiva::commerce
