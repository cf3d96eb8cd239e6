#pragma once

#include <memory>
#include <span>

#include "documents/descriptors.h"
#include "documents/formats/format.h"
#include "documents/ocr/recogniser.h"
#include "documents/pictures/decode_picture.h"
#include "documents/protocol.h"
#include "documents/worker/sandbox.h"

namespace aiva::documents {

// What a child inherits from the worker.
struct ChildParts {
  std::span<const std::unique_ptr<Format>> formats;
  const SystemCallFilter& filter;
  const Pdfium* pdfium = nullptr;               // null where it could not be loaded
  const Result<const Recogniser*>& recogniser;  // or why print cannot be recognised
  const PictureFunctions* pictures = nullptr;   // null where image files are not decoded
  const HeifFunctions* heif = nullptr;          // null where the print on HEIC is not recognised
  int nowhere = -1;                             // /dev/null, opened while it could be
  int worker_id = 0;                            // the process its children must not outlive
};

// What is open in a child.
struct ChildDescriptors {
  int document = -1;
  int results = -1;  // records go here
  int replies = -1;  // and what was converted comes from here
};

// Reads one document, or recognises its print, in this freshly forked process, confined, and sends
// records. Returns the exit code; a document that cannot be read is a success that
// says so.
int run_child(const ChildParts& parts, const WorkRequest& request, const ChildDescriptors& open);

}  // namespace aiva::documents
