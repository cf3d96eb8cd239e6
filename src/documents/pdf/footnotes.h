#pragma once

#include <vector>

#include "documents/pdf/document_style.h"
#include "documents/pdf/layout.h"
#include "documents/pdf/paragraphs.h"

namespace aiva::documents {

// Takes the footnotes out of the paragraphs of one region: small text at its lower end that begins
// with a raised mark or stands below a short stroke.
std::vector<Paragraph> take_footnotes(std::vector<Paragraph>& paragraphs, const PageLayout& page,
                                      const DocumentStyle& style);

}  // namespace aiva::documents
