#include "capabilities/commerce/internal/picture_run.h"

#include <algorithm>
#include <utility>

#include "capabilities/commerce/internal/store_jobs.h"
#include "capabilities/commerce/internal/stores_table.h"
#include "capabilities/commerce/internal/syncs_table.h"
#include "foundation/both.h"
#include "foundation/json.h"

namespace aiva::commerce {
namespace {

constexpr std::chrono::seconds slice{3};
constexpr std::size_t at_once_max = 32;

// Whether the image came from a product.
bool is_of_product(const images::Image& image) {
  auto metadata = json::parse(image.metadata);
  return metadata && metadata->is_object() && metadata->get_object().contains("product_id");
}

}  // namespace

PictureRun::PictureRun(Core& core, Store store)
    : core_(core), store_(std::move(store)), started_(core.parts.clock.steady()) {}

Task<Result<PictureRun::End>> PictureRun::run(CallContext context) {
  auto counting = read(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY(waiting_, PicturesTable(sql, store_.tenant, store_.id).count_waiting());
    return {};
  });
  CO_TRY_VOID(co_await std::move(counting));
  for (;;) {
    CO_TRY_VOID(context.check());
    auto looking = next(context);
    CO_TRY(auto pictures, co_await std::move(looking));
    if (pictures.empty() && has_retries_) co_return End::waits;
    if (pictures.empty() && after_.product.is_nil()) co_return End::completed;
    if (pictures.empty()) {
      after_ = {};  // some may have come in behind this pass
      continue;
    }
    auto fetching = fetch(context, std::move(pictures));
    CO_TRY(auto goes_on, co_await std::move(fetching));
    if (!goes_on) co_return End::stopped;
    if (core_.parts.clock.steady() - started_ >= slice) co_return End::yielded;
  }
}

Task<Result<PictureRun::Pictures>> PictureRun::next(CallContext context) {
  auto count =
      static_cast<int>(std::clamp(core_.settings.pictures_at_once, std::size_t{1}, at_once_max));
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) {
    return PicturesTable(sql, store_.tenant, store_.id).waiting(after_, count);
  });
  auto pictures = co_await std::move(reading);
  co_return pictures;
}

Task<Result<bool>> PictureRun::fetch(CallContext context, Pictures pictures) {
  std::vector<Task<Result<FetchedPicture>>> tasks;
  for (const auto& picture : pictures)
    tasks.push_back(fetch_picture(context, core_, store_, picture));
  auto fetching = all(std::move(tasks));
  auto outcomes = co_await std::move(fetching);
  std::vector<FetchedPicture> fetched;
  std::optional<Error> stop;
  for (auto& outcome : outcomes) {
    if (!outcome) co_return fail(std::move(outcome.error()));
    if (outcome->stop) stop = outcome->stop;
    fetched.push_back(std::move(*outcome));
  }
  auto writing = write_down(context, pictures, fetched);
  CO_TRY_VOID(co_await std::move(writing));
  after_ = pictures.back();
  if (!stop) co_return true;
  auto problem = "Pictures wait: " + stop->message;
  auto noting = write(core_.parts.database, context, [&](SqlSession& sql) {
    SyncsTable syncs(sql, core_.parts.clock.unix_ms());
    return syncs.note_image_problem(store_.tenant, store_.id, problem);
  });
  CO_TRY_VOID(co_await std::move(noting));
  co_return false;
}

Task<Result<void>> PictureRun::write_down(CallContext context, const Pictures& pictures,
                                          const std::vector<FetchedPicture>& fetched) {
  std::int64_t processed = 0;
  std::int64_t failed = 0;
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    PicturesTable table(sql, store_.tenant, store_.id);
    std::vector<ImageId> orphans;
    processed = 0;
    failed = 0;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      const auto& outcome = fetched[i].outcome;
      if (fetched[i].stop) continue;  // it was no attempt
      TRY(auto is_written, table.finish(pictures[i], outcome));
      if (!is_written && outcome.image) orphans.push_back(*outcome.image);
      if (outcome.status == "pending") continue;
      ++(outcome.status == "failed" ? failed : processed);
    }
    TRY_VOID(enqueue_orphans(sql, core_.parts.jobs, store_.tenant, store_.id, orphans));
    SyncsTable syncs(sql, core_.parts.clock.unix_ms());
    auto left = std::max<std::int64_t>(waiting_ - processed - failed, 0);
    return syncs.count_images(store_.tenant, store_.id, processed, failed, left);
  });
  CO_TRY_VOID(co_await std::move(writing));
  waiting_ = std::max<std::int64_t>(waiting_ - processed - failed, 0);
  for (const auto& one : fetched)
    if (!one.stop && one.outcome.status == "pending") has_retries_ = true;
  co_return Result<void>{};
}

Task<Result<void>> remove_orphans(CallContext context, Core& core, StoreId store,
                                  std::vector<ImageId> images) {
  for (const auto& id : images) {
    CO_TRY_VOID(context.check());
    auto looking = read(core.parts.database, context, [&](SqlSession& sql) {
      return PicturesTable(sql, context.tenant, store).is_shown(id);
    });
    CO_TRY(auto is_shown, co_await std::move(looking));
    if (is_shown) continue;
    auto getting = core.parts.images.get(context, id);
    auto image = co_await std::move(getting);
    if (!image && image.error().code == ErrorCode::not_found) continue;
    if (!image) co_return fail(std::move(image.error()));
    if (!is_of_product(*image)) continue;
    auto removing = core.parts.images.remove(context, id);
    auto removed = co_await std::move(removing);
    if (!removed && removed.error().code != ErrorCode::not_found)
      co_return fail(std::move(removed.error()));
  }
  co_return Result<void>{};
}

}  // namespace aiva::commerce
