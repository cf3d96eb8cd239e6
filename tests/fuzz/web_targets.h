#pragma once

#include <string_view>

namespace aiva::fuzz {

// Takes the first line for the target of a request and the rest for a site's robots.txt.
void ask_robots(std::string_view bytes);

// Takes the bytes for a sitemap.
void read_sitemap(std::string_view bytes);

// Takes the first line for an address and the rest for the list of links of its page.
void follow_links(std::string_view bytes);

// Takes the bytes for a form with files, which arrives whole and in pieces; the first byte says how
// large these are.
void upload_form(std::string_view bytes);

}  // namespace aiva::fuzz
