// SPDX-License-Identifier: Apache-2.0
// Whether to colour, and how. Colour never carries meaning alone.
#pragma once
#include <string>
#include <string_view>

namespace flapjack {

enum class Paint { Bold, Red, Green };

/// `choice` auto, always or never; auto follows NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR, TERM=dumb
/// and whether stdout is a terminal, in this order.
bool use_color(std::string_view choice);
std::string paint(std::string_view text, Paint paint);

}  // namespace flapjack
