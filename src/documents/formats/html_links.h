#pragma once

#include <gumbo.h>

#include <string>

namespace aiva::documents {

// The addresses a page points to, as ports/link_list.h describes the list: of links, areas and
// frames, wherever they stand on the page.
std::string list_links(const GumboNode& root);

}  // namespace aiva::documents
