#pragma once

#include <string>
#include <utility>
#include <vector>

#include "capabilities/images/internal/figure_files.h"
#include "capabilities/images/internal/intake.h"

namespace aiva::images {

// The job that makes the figures of a document searchable.
class Figures {
 public:
  Figures(Core& core, Intake& intake) : core_(core), intake_(intake) {}

  Task<Result<JobOutcome>> run(CallContext context, Job job);

 private:
  using Known = std::vector<std::pair<std::string, ImageId>>;  // content and image

  // Where figures come from, and those that wait for the models.
  struct Batch {
    DocumentId document{};
    KnowledgeBaseId base{};
    std::vector<DecodedImage> images{};
    std::vector<std::filesystem::path> files{};
  };

  Task<Result<void>> index(CallContext context, DocumentId document);
  Task<Result<void>> decode(CallContext context, Batch& batch, const FigureFile& figure);
  Task<Result<void>> add(CallContext context, Batch& batch);
  Task<Result<void>> add_each(CallContext context, Batch batch);
  Task<Result<void>> remove_others(CallContext context, const FigureFiles& files, Known known);

  Core& core_;
  Intake& intake_;
};

}  // namespace aiva::images
