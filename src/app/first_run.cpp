#include "app/first_run.h"

#include <algorithm>
#include <vector>

#include "faces/cli/ingest_command.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* first_admin_email = "admin@localhost.localdomain";

std::vector<fs::path> sample_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.is_regular_file(error) && entry.path().filename() != "README.md")
      files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<std::optional<identity::FirstAdmin>> make_first_admin(Parts& parts) {
  return sync_wait(parts.identity->ensure_first_admin({}, first_admin_email));
}

Result<int> load_samples(Parts& parts, TenantId tenant, const fs::path& folder) {
  CallContext context{.tenant = tenant};
  TRY(auto bases, sync_wait(parts.knowledge->list(context, {})));
  if (bases->total > 0) return 0;
  knowledge::NewKnowledgeBase base{
      .name = "Sample", .description = "The handbook of a made-up shop, to try AIVA with"};
  TRY(auto made, sync_wait(parts.knowledge->create(context, base)));
  int queued = 0;
  for (const auto& file : sample_files(folder)) {
    TRY(auto staged, cli::stage_file(file, parts.objects->staging_folder()));
    TRY_VOID(sync_wait(parts.knowledge->add_document(context, made->id, std::move(staged))));
    ++queued;
  }
  return queued;
}

}  // namespace aiva::app
