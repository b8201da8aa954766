// SPDX-License-Identifier: Apache-2.0
// codec_probe: reads requests on stdin, one a line, and answers each with one line, so that an
// independent codec can be compared with ours without a process for each packet:
//   parse KIND HEX [name=value...]  ->  the fields, or "refused"
//   emit KIND name=value...         ->  the bytes as hex digits
//   again KIND HEX [name=value...]  ->  parse, then emit what was read: hex digits, or "refused"
#include <iostream>
#include <string>

#include "tests/judges/probe_fields.h"

namespace flapjack::probe {
namespace {

const Kind& find_kind(std::string_view name) {
  for (const auto kinds :
       {ipv4_kinds(), ipv6_kinds(), nd_kinds(), group_kinds(), application_kinds()}) {
    for (const Kind& kind : kinds) {
      if (kind.name == name) return kind;
    }
  }
  die("no kind of message: " + std::string(name));
}

std::string_view take_word(std::string_view& line) {
  const std::size_t end = line.find(' ');
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return word;
}

std::string answer(std::string_view line) {
  const std::string_view verb = take_word(line);
  const Kind& kind = find_kind(take_word(line));
  if (verb == "emit") return to_hex(kind.emit(Fields::parse(line)));
  if (verb != "parse" && verb != "again") die("no verb: " + std::string(verb));
  const Buffer bytes = from_hex(take_word(line));
  const Fields with = Fields::parse(line);
  Fields read = with;
  if (!kind.parse(bytes, with, read)) return "refused";
  return verb == "parse" ? read.text() : to_hex(kind.emit(read));
}

}  // namespace
}  // namespace flapjack::probe

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << flapjack::probe::answer(line) << '\n';
  }
}
