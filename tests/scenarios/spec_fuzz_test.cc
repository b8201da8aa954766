// SPDX-License-Identifier: Apache-2.0
// Every prefix and every one-byte change of a valid scenario: a spec or a diagnostic, never
// neither, and every message has a place inside the file.
#include <gtest/gtest.h>

#include <string>

#include "tests/scenarios/load_fixture.h"

namespace flapjack {
namespace {

const std::string& valid() {
  static const std::string text = small_scenario(R"j(,
  "timeline": [
    { "at": "5s", "every": "20ms", "until": "5.4s", "carrier_down": "dev.wifi0", "for": "5ms" },
    { "on": "dev > ap UDP len=64", "times": 1, "set_link": "air", "up": { "loss": "3%" } }, ],
  "expect": [ { "sequence": ["dev.wifi0 IF_UP",
      { "any_order": ["dev L4_CONNECTED iface=wifi0"] }] },
    { "never": "air dropped reason!=loss", "from": "dev L4_CONNECTED + 1ms", "to": "9s" },
    { "whenever": "dev.* IF_DOWN", "then": "dev L4_DISCONNECTED", "within": "20ms" },
    { "counter": "air.tx_packets", "is": "5 +- 2" } ] // end)j");
  return text;
}

void expect_sane(const std::string& text) {
  const Loaded l(text);
  ASSERT_EQ(l.spec.has_value(), !l.sink.has_errors()) << text;
  for (const Diagnostic& d : l.sink.all()) {
    ASSERT_LE(d.span.begin, text.size());
    ASSERT_LE(d.span.begin, d.span.end);
    ASSERT_FALSE(d.message.empty());
  }
  ASSERT_FALSE(l.sink.has_errors() && l.messages.empty());
  ASSERT_FALSE(render_json(l.file, l.sink).empty());
}

TEST(SpecFuzz, TheUnchangedTextIsValid) {
  const Loaded l(valid());
  EXPECT_TRUE(l.spec) << l.messages;
}

TEST(SpecFuzz, EveryPrefix) {
  for (std::size_t n = 0; n < valid().size(); ++n) expect_sane(valid().substr(0, n));
}

TEST(SpecFuzz, EveryByteReplaced) {
  constexpr char kBytes[] = {'\0', '"', '\\', '{', ']', ',', '/', '9', '.', '*', ' ', '\n', '\xFF'};
  for (std::size_t i = 0; i < valid().size(); ++i) {
    // One replacement an offset keeps this quick; neighbours get different ones.
    std::string text = valid();
    text[i] = kBytes[i % sizeof kBytes];
    expect_sane(text);
  }
}

TEST(SpecFuzz, EveryByteRemovedOrDoubled) {
  for (std::size_t i = 0; i < valid().size(); ++i) {
    std::string without = valid();
    without.erase(i, 1);
    expect_sane(without);
    std::string twice = valid();
    twice.insert(i, 1, twice[i]);
    expect_sane(twice);
  }
}

TEST(SpecFuzz, EveryValueOfAnotherType) {
  // Strings become numbers, objects, arrays and literals, one at a time.
  const std::string& text = valid();
  for (std::size_t open = text.find('"'); open != std::string::npos;) {
    const std::size_t close = text.find('"', open + 1);
    ASSERT_NE(close, std::string::npos);
    for (const char* other : {"1", "-1.5e3", "{}", "[]", "[1,\"a\"]", "null", "true", "\"\""}) {
      expect_sane(text.substr(0, open) + other + text.substr(close + 1));
    }
    open = text.find('"', close + 1);
  }
}

}  // namespace
}  // namespace flapjack
