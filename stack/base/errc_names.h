// SPDX-License-Identifier: Apache-2.0
// errc_names: every name that an error code can have, for lists and for "did you mean".
#pragma once
#include <string>
#include <vector>

namespace flapjack {

/// "EPERM", "ENOENT", ...: by their numbers, without "OK".
std::vector<std::string> errc_names();

}  // namespace flapjack
