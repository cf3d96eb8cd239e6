#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva {

// The program that documents of Office 97 to 2003 are converted with.
struct LegacyConverter {
  std::string name{};               // "libreoffice" or "catdoc"; empty: none
  std::filesystem::path for_doc{};  // soffice.bin or catdoc
  std::filesystem::path for_ppt{};  // soffice.bin or catppt

  [[nodiscard]] bool is_none() const { return name.empty(); }
  // With its folder.
  [[nodiscard]] const std::filesystem::path& program_for(FileFormat format) const {
    return format == FileFormat::ppt ? for_ppt : for_doc;
  }
};

// Looks for the converter of that name: "libreoffice", "catdoc", "auto" (the first of the two that
// is installed) or "none", in `folder` or, where that is empty, where they usually are. Nothing
// found is none for "auto", else `unavailable` with what to install.
Result<LegacyConverter> find_legacy_converter(std::string_view name,
                                              const std::filesystem::path& folder);

}  // namespace aiva
