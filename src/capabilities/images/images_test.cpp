#include "capabilities/images/images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "capabilities/images/testing/images_fixture.h"

namespace aiva::images {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

TEST_F(ImagesTest, keeps_what_is_known_of_an_image) {
  auto image = staged_image(FakePictureReader::painted(220, 30, 20, "Fresh fruit"), "market.png");
  image.description = "A stall";
  image.metadata = R"({"shop":"north"})";

  auto added = try_add(image);

  ASSERT_TRUE(added) << added.error().message;
  EXPECT_TRUE(added->is_stored);
  EXPECT_FALSE(added->duplicate_of);
  auto kept = sync_wait(images_->get(context(), added->image.id));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->filename, "market.png");
  EXPECT_EQ(kept->media_type, "image/png");
  EXPECT_EQ(kept->width, 640);
  EXPECT_EQ(kept->text, "Fresh fruit");
  EXPECT_EQ(kept->description, "A stall");
  EXPECT_EQ(kept->metadata, R"({"shop":"north"})");
  EXPECT_EQ(kept->model, "fake-colours");
  ASSERT_EQ(kept->labels.size(), 1U);
  EXPECT_EQ(kept->labels[0].name, "apple");
  EXPECT_EQ(kept->difference_hash, added->image.difference_hash);
  EXPECT_EQ(kept->url(), "/api/images/" + base_.to_string() + "/" + kept->id.to_string() + ".png");
  EXPECT_TRUE(objects_.has(key_of(*kept)));
  EXPECT_TRUE(objects_.has(key_of(*kept) + ".thumbnail"));
  EXPECT_EQ(number("SELECT COUNT(*) FROM image_vectors"), 2);
}

TEST_F(ImagesTest, finds_pictures_that_look_alike) {
  auto red = add(220, 20, 20);
  auto blue = add(20, 20, 220);
  auto orange = add(220, 120, 20);

  auto answer = search({.picture = picture_file(210, 30, 25)});
  auto like = search({.like = red.id});

  EXPECT_THAT(ids_of(answer), ElementsAre(red.id, orange.id, blue.id));
  EXPECT_EQ(answer.image_model, "fake-colours");
  EXPECT_EQ(answer.text_model, "");
  EXPECT_EQ(answer.images_searched, 3);
  EXPECT_GT(answer.hits[0].score, 0.99);
  EXPECT_NEAR(like.hits[0].score, 1, 1e-4);
}

TEST_F(ImagesTest, finds_pictures_by_what_is_said_seen_and_printed_on_them) {
  auto fruit = add(220, 20, 20);
  auto sign = add(20, 20, 220, "", "Closed on Mondays");
  auto shop = add(20, 220, 20, "Our bicycle shop in winter");

  EXPECT_EQ(ids_of(search({.text = "apple"})).front(), fruit.id);
  EXPECT_EQ(ids_of(search({.text = "Mondays closed"})).front(), sign.id);
  auto answer = search({.text = "the bicycle shop"});
  EXPECT_EQ(ids_of(answer).front(), shop.id);
  EXPECT_EQ(answer.text_model, "fake-words");
  EXPECT_EQ(answer.image_model, "");
}

TEST_F(ImagesTest, leaves_out_what_only_happens_to_be_the_nearest) {
  auto shop = add(20, 220, 20, "Our bicycle shop in winter");
  add(20, 20, 220, "", "Closed on Mondays");

  ImageQuery fitting{.text = "the bicycle shop in winter",
                     .is_billed = false,
                     .only_near = true,
                     .is_logged = false};
  auto strange = fitting;
  strange.text = "quarterly revenue";

  EXPECT_THAT(ids_of(search(fitting)), ElementsAre(shop.id));
  EXPECT_THAT(ids_of(search(strange)), testing::IsEmpty());
  EXPECT_EQ(number("SELECT COUNT(*) FROM image_searches"), 0);
}

TEST_F(ImagesTest, searches_several_knowledge_bases_as_one) {
  auto red = add(220, 20, 20);
  auto first = base_;
  base_ = make_base("Second")->id;
  auto orange = add(220, 120, 20);
  auto empty = make_base("Empty")->id;
  auto foreign = sync_wait(knowledge_->create(stranger(), {.name = "Foreign"})).value()->id;
  ImageQuery query{.picture = picture_file(210, 30, 25), .other_bases = {first, empty, first}};

  auto answer = search(query);
  auto like = search({.like = red.id, .other_bases = {first}});
  query.knowledge_base = base_;
  query.other_bases = {foreign};
  auto refused = sync_wait(images_->search(context(), query));
  auto with = sync_wait(images_->with_images(context(), {empty, base_, first, foreign}));

  EXPECT_THAT(ids_of(answer), ElementsAre(red.id, orange.id));
  EXPECT_EQ(answer.hits[0].image.knowledge_base, first);
  EXPECT_EQ(answer.images_searched, 2);
  EXPECT_THAT(ids_of(like), ElementsAre(red.id, orange.id));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);
  ASSERT_TRUE(with);
  EXPECT_THAT(*with, ElementsAre(base_, first));
  EXPECT_THAT(sync_wait(images_->with_images(stranger(), {base_})).value(), testing::IsEmpty());
  EXPECT_EQ(number("SELECT COUNT(*) FROM image_searches"), 2);
  EXPECT_EQ(number("SELECT COUNT(*) FROM image_searches WHERE kb_id = ?", {first}), 2);
}

TEST_F(ImagesTest, charges_only_the_picture_of_a_search_that_is_charged_already) {
  add(220, 20, 20, "apple");

  EXPECT_EQ(search({.text = "apple", .is_part = true}).base_cost, 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM credit_transactions WHERE operation = "
                   "'image_search'"),
            0);
  EXPECT_EQ(search({.picture = picture_file(210, 30, 25), .is_part = true}).base_cost, 2000);
  EXPECT_EQ(search({.text = "apple"}).base_cost, 500);
  EXPECT_EQ(number("SELECT COUNT(*) FROM image_searches"), 3);
}

TEST_F(ImagesTest, fuses_text_and_picture) {
  auto red = add(220, 20, 20);
  auto red_shop = add(200, 40, 40, "shop");
  add(20, 20, 220, "shop window");

  auto answer = search({.text = "shop", .picture = picture_file(220, 20, 20)});

  ASSERT_EQ(answer.hits.size(), 3U);
  EXPECT_EQ(answer.hits[0].image.id, red_shop.id);
  EXPECT_TRUE(answer.hits[0].picture_cosine);
  EXPECT_TRUE(answer.hits[0].text_cosine);
  EXPECT_LE(answer.hits[0].score, 1);
  (void)red;
}

TEST_F(ImagesTest, compares_texts_with_pictures_where_the_model_can) {
  FakeImageModel clip(true);
  start(&clip);
  add(220, 20, 20);
  auto blue = add(20, 20, 220);

  auto answer = search({.text = "something blue"});

  EXPECT_EQ(answer.hits.front().image.id, blue.id);
  EXPECT_EQ(answer.image_model, "fake-colours");
}

TEST_F(ImagesTest, searches_see_changes_at_once) {
  auto first = add(220, 20, 20);
  EXPECT_EQ(search({.like = first.id}).images_searched, 1);

  auto second = add(210, 30, 20);
  EXPECT_THAT(ids_of(search({.like = first.id})), ElementsAre(first.id, second.id));
  ASSERT_TRUE(sync_wait(images_->remove(context(), second.id)));

  EXPECT_THAT(ids_of(search({.like = first.id})), ElementsAre(first.id));
  EXPECT_FALSE(objects_.has(key_of(second)));
  EXPECT_FALSE(objects_.has(key_of(second) + ".thumbnail"));
}

TEST_F(ImagesTest, leaves_out_weak_hits_and_keeps_to_the_number_asked_for) {
  auto red = add(220, 20, 20);
  add(20, 20, 220);
  add(20, 220, 20);

  EXPECT_THAT(ids_of(search({.like = red.id, .score_min = 0.8})), ElementsAre(red.id));
  EXPECT_EQ(search({.like = red.id, .top_k = 2}).hits.size(), 2U);
}

TEST_F(ImagesTest, stores_the_same_file_once) {
  auto first = try_add(staged_image(FakePictureReader::painted(1, 2, 3)));
  auto again = staged_image(FakePictureReader::painted(1, 2, 3), "copy.png");

  auto second = try_add(again);

  ASSERT_TRUE(first && second);
  EXPECT_FALSE(second->is_stored);
  EXPECT_EQ(second->duplicate_of, first->image.id);
  EXPECT_EQ(second->image.id, first->image.id);
  EXPECT_FALSE(std::filesystem::exists(again.staged_path));
  EXPECT_EQ(pictures_.readings(), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM credit_transactions WHERE operation = 'image'"), 1);
}

TEST_F(ImagesTest, says_that_another_file_looks_the_same) {
  auto first = add(200, 100, 50);

  auto second = try_add(staged_image(FakePictureReader::painted(199, 100, 50)));

  ASSERT_TRUE(second);
  EXPECT_TRUE(second->is_stored);
  EXPECT_EQ(second->duplicate_of, first.id);
}

TEST_F(ImagesTest, refuses_what_is_no_image_and_wrong_fields) {
  auto text = try_add(staged_image("Just a text"));
  auto image = staged_image(FakePictureReader::painted(1, 1, 1));
  image.metadata = "[]";
  image.description = std::string(5000, 'a');
  auto wrong = try_add(image);
  auto large = staged_image(FakePictureReader::painted(1, 1, 1));
  large.size_bytes = 11 * 1024 * 1024;
  auto too_large = try_add(large);

  ASSERT_FALSE(text || wrong || too_large);
  EXPECT_EQ(text.error().code, ErrorCode::invalid);
  EXPECT_EQ(wrong.error().details.size(), 2U);
  EXPECT_EQ(too_large.error().code, ErrorCode::too_large);
  EXPECT_EQ(number("SELECT COUNT(*) FROM images"), 0);
}

TEST_F(ImagesTest, refuses_searches_for_nothing) {
  auto code = [this](ImageQuery query) {
    query.knowledge_base = base_;
    auto answer = sync_wait(images_->search(context(), std::move(query)));
    return answer ? std::optional<ErrorCode>() : answer.error().code;
  };

  EXPECT_EQ(code({}), ErrorCode::invalid);
  EXPECT_EQ(code({.text = "a", .top_k = 51}), ErrorCode::invalid);
  EXPECT_EQ(code({.text = std::string(2001, 'a')}), ErrorCode::invalid);
  EXPECT_EQ(code({.like = ImageId::make()}), ErrorCode::not_found);
}

TEST_F(ImagesTest, another_tenant_sees_nothing) {
  auto image = add(220, 20, 20, "secret");

  auto got = sync_wait(images_->get(stranger(), image.id));
  auto listed = sync_wait(images_->list(stranger(), base_, {}));
  auto removed = sync_wait(images_->remove(stranger(), image.id));
  auto file = sync_wait(images_->file(stranger(), base_, image.id.to_string() + ".png"));
  auto found = sync_wait(images_->search(stranger(), {.knowledge_base = base_, .text = "secret"}));
  auto counted = sync_wait(images_->statistics(stranger(), base_));
  auto added = sync_wait(images_->add(stranger(), base_, staged_image("x")));

  for (auto code : {got.error().code, listed.error().code, removed.error().code, file.error().code,
                    found.error().code, counted.error().code, added.error().code})
    EXPECT_EQ(code, ErrorCode::not_found);
  EXPECT_TRUE(sync_wait(images_->get(context(), image.id)));
}

TEST_F(ImagesTest, another_tenant_cannot_search_with_an_image_that_is_not_theirs) {
  auto image = add(220, 20, 20);
  auto theirs = sync_wait(knowledge_->create(stranger(), {.name = "Theirs"}));

  auto found =
      sync_wait(images_->search(stranger(), {.knowledge_base = (*theirs)->id, .like = image.id}));

  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::not_found);
}

TEST_F(ImagesTest, serves_the_files_by_their_names) {
  auto image = add(220, 20, 20);
  auto name = image.id.to_string();

  auto original = sync_wait(images_->file(context(), base_, name + ".png"));
  auto thumbnail = sync_wait(images_->file(context(), base_, name + ".thumbnail.jpg"));

  ASSERT_TRUE(original && thumbnail);
  EXPECT_EQ(original->media_type, "image/png");
  EXPECT_THAT(read_whole_file(original->path), HasSubstr("PAINTED 220"));
  EXPECT_EQ(thumbnail->media_type, "image/jpeg");
  EXPECT_THAT(read_whole_file(thumbnail->path), HasSubstr("thumbnail"));
  for (const auto& wrong : {name, name + ".jpg", name + "/../x", std::string("x.png"),
                            ImageId::make().to_string() + ".png"})
    EXPECT_FALSE(sync_wait(images_->file(context(), base_, wrong))) << wrong;
  auto other = make_base("Other")->id;
  EXPECT_FALSE(sync_wait(images_->file(context(), other, name + ".png")));
}

TEST_F(ImagesTest, goes_with_its_knowledge_base) {
  auto image = add(220, 20, 20);

  ASSERT_TRUE(sync_wait(knowledge_->remove(context(), base_)));

  EXPECT_EQ(number("SELECT COUNT(*) FROM images"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM image_vectors"), 0);
  EXPECT_EQ(sync_wait(images_->get(context(), image.id)).error().code, ErrorCode::not_found);
  clock_.advance(std::chrono::milliseconds(unix_ms_now() - clock_.unix_ms()) + 2h);
  EXPECT_EQ(sync_wait(images_->sweep_files({})).value_or(-1), 2);
  EXPECT_FALSE(objects_.has(key_of(image)));
}

TEST_F(ImagesTest, sweeps_no_file_that_is_new_or_named) {
  auto image = add(220, 20, 20);
  EXPECT_EQ(sync_wait(images_->sweep_files({})).value_or(-1), 0);

  clock_.advance(std::chrono::milliseconds(unix_ms_now() - clock_.unix_ms()) + 2h);

  EXPECT_EQ(sync_wait(images_->sweep_files({})).value_or(-1), 0);
  EXPECT_TRUE(objects_.has(key_of(image)));
}

TEST_F(ImagesTest, leaves_no_file_behind_when_the_rows_cannot_be_written) {
  image_settings_.images_per_base_max = 0;
  start();

  auto added = try_add(staged_image(FakePictureReader::painted(1, 2, 3)));

  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, ErrorCode::too_large);
  EXPECT_TRUE(sync_wait(objects_.list({}, "images/", "", 10)).value().empty());
}

TEST_F(ImagesTest, refuses_more_than_may_wait) {
  image_settings_.concurrency = 1;
  image_settings_.waiting_max = 0;
  start();
  std::optional<Result<AddedImage>> second;
  pictures_.on_read = [&] {
    pictures_.on_read = {};
    second = try_add(staged_image(FakePictureReader::painted(4, 5, 6)));
  };

  auto first = try_add(staged_image(FakePictureReader::painted(1, 2, 3)));

  EXPECT_TRUE(first);
  ASSERT_TRUE(second);
  ASSERT_FALSE(*second);
  EXPECT_EQ(second->error().code, ErrorCode::unavailable);
  EXPECT_GT(second->error().retry_after_s, 0);
  EXPECT_TRUE(try_add(staged_image(FakePictureReader::painted(4, 5, 6))));
}

TEST_F(ImagesTest, counts_and_lists) {
  add(1, 2, 3);
  clock_.advance(std::chrono::seconds(1));
  auto newest = add(200, 2, 3);

  auto statistics = sync_wait(images_->statistics(context(), base_));
  auto page = sync_wait(images_->list(context(), base_, {.page = {.page = 1, .limit = 1}}));

  ASSERT_TRUE(statistics && page);
  EXPECT_EQ(statistics->images, 2);
  EXPECT_EQ(statistics->uploaded, 2);
  EXPECT_EQ(statistics->vectors, 2);
  EXPECT_GT(statistics->size_bytes, 20);
  EXPECT_EQ(statistics->dimension, 4U);
  EXPECT_EQ(page->total, 2);
  ASSERT_EQ(page->items.size(), 1U);
  EXPECT_EQ(page->items[0].id, newest.id);
}

TEST_F(ImagesTest, charges_images_and_searches) {
  add(1, 2, 3);
  search({.text = "x"});
  search({.picture = picture_file(1, 2, 3)});

  EXPECT_EQ(number("SELECT SUM(amount) FROM credit_transactions WHERE operation = 'image'"), 2400);
  EXPECT_EQ(number("SELECT SUM(amount) FROM credit_transactions WHERE operation = 'image_search'"),
            600 + 3000);
  EXPECT_EQ(number("SELECT COUNT(*) FROM image_searches WHERE search_type = 'image'"), 1);
}

TEST_F(ImagesTest, removes_old_searches) {
  add(1, 2, 3);
  search({.text = "old"});
  clock_.advance(std::chrono::hours(24 * 31));
  search({.text = "new"});

  EXPECT_EQ(sync_wait(images_->remove_old_searches({}, std::chrono::days(30))).value(), 1);

  EXPECT_EQ(number("SELECT COUNT(*) FROM image_searches WHERE query = 'new'"), 1);
  EXPECT_EQ(sync_wait(images_->remove_old_searches({}, std::chrono::days(30))).value(), 0);
}

}  // namespace
}  // namespace aiva::images
