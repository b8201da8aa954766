// SPDX-License-Identifier: Apache-2.0
#include "tools/views/color.h"

#include <unistd.h>

#include <cstdlib>

namespace flapjack {
namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

bool use_color(std::string_view choice) {
  if (choice == "always") return true;
  if (choice == "never" || is_set("NO_COLOR")) return false;
  if (is_set("CLICOLOR_FORCE") || is_set("FORCE_COLOR")) return true;
  const char* term = std::getenv("TERM");
  if (term != nullptr && std::string_view(term) == "dumb") return false;
  return isatty(STDOUT_FILENO) != 0;
}

std::string paint(std::string_view text, Paint paint) {
  const char* code = paint == Paint::Bold ? "1" : paint == Paint::Red ? "31" : "32";
  return std::string("\033[") + code + "m" + std::string(text) + "\033[0m";
}

}  // namespace flapjack
