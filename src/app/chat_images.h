#pragma once

#include "app/parts.h"
#include "capabilities/chat/pictures.h"

namespace aiva::app {

// How answers come by images of knowledge bases. Borrows the parts.
chat::FindImages find_images_of(Parts& parts);

}  // namespace aiva::app
