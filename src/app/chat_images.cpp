#include "app/chat_images.h"

#include <filesystem>
#include <utility>

#include "faces/http/endpoints/staged_picture.h"

namespace aiva::app {
namespace {

constexpr int images_per_answer_max = 4;

// Where the images are, and a place for a picture to compare them with.
struct Gallery {
  images::Images& images;
  std::filesystem::path staging_folder;
  ThreadPool& files;
};

chat::ShownImage shown(images::ImageHit hit) {
  auto& image = hit.image;
  return {.id = image.id,
          .knowledge_base = image.knowledge_base,
          .url = image.url(),
          .thumbnail_url = image.thumbnail_url(),
          .filename = std::move(image.filename),
          .media_type = std::move(image.media_type),
          .width = image.width,
          .height = image.height,
          .description = std::move(image.description),
          .document = image.document,
          .page = image.page,
          .score = hit.score};
}

Task<Result<chat::FoundImages>> find_images(Gallery gallery, CallContext context,
                                            chat::ImageWish wish) {
  chat::FoundImages found;
  CO_TRY(auto bases, co_await gallery.images.with_images(context, std::move(wish.bases)));
  if (bases.empty()) co_return found;
  images::ImageQuery query{.knowledge_base = bases.front(),
                           .text = std::move(wish.text),
                           .top_k = images_per_answer_max,
                           .is_billed = false,
                           .other_bases = {bases.begin() + 1, bases.end()},
                           .only_near = true,
                           .is_logged = false,
                           .is_part = true};
  http::StagedPicture picture(gallery.staging_folder);
  if (!wish.picture.empty()) {
    auto writing = [&] { return picture.write(wish.picture); };
    CO_TRY_VOID(co_await run_on(gallery.files, context, writing));
    query.picture = picture.path();
  }
  CO_TRY(auto answer, co_await gallery.images.search(context, std::move(query)));
  found.base_cost = answer.base_cost;
  for (auto& hit : answer.hits) found.images.push_back(shown(std::move(hit)));
  co_return found;
}

}  // namespace

chat::FindImages find_images_of(Parts& parts) {
  Gallery gallery{.images = *parts.images,
                  .staging_folder = parts.objects->staging_folder(),
                  .files = parts.files};
  return [gallery](CallContext context, chat::ImageWish wish) {
    return find_images(gallery, std::move(context), std::move(wish));
  };
}

}  // namespace aiva::app
