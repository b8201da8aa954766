// SPDX-License-Identifier: Apache-2.0
// The keys that links, their directions and set_link steps share. Private to the loader.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "scenarios/field_table.h"

namespace flapjack {

/// "1%"; the objects of the format's other loss models are refused by name.
std::optional<std::int64_t> read_loss(LoadContext& ctx, const JsonValue& v);
std::optional<JitterShape> read_jitter_shape(LoadContext& ctx, const JsonValue& v);
const std::vector<Word>& jitter_shapes();

/// Most packets that a queue of a link or an interface may hold.
inline constexpr std::int64_t kLongestQueue = 1'000'000;

/// Adds rate, delay, jitter, distribution, loss and queue; `patch` finds the LinkPatch in a T.
template <class T>
void add_link_fields(FieldTable<T>& table, LinkPatch& (*patch)(T&)) {
  const auto quantity = [&table, patch](std::string key, std::string doc, std::string schema,
                                        auto parse, std::string example, auto member) {
    table.add({std::move(key), std::move(doc), std::move(schema)},
              [=](LoadContext& ctx, const JsonMember& m, T& t) {
                if (auto v = read_quantity(ctx, m.value, parse, example)) patch(t).*member = *v;
              });
  };
  quantity("rate", "Bits per second of each direction; without it there is no limit.",
           schema_rate(), &parse_rate, "10Mbit/s", &LinkPatch::rate_bps);
  quantity("delay", "How long a frame is on its way, behind its transmission time.",
           schema_duration(), &parse_duration, "2ms", &LinkPatch::delay);
  quantity("jitter", "How far the delay of single frames spreads.", schema_duration(),
           &parse_duration, "1ms", &LinkPatch::jitter);
  table.add({"distribution", "How jitter spreads around the delay.",
             schema_enum(jitter_shapes()), false, false, "\"uniform\""},
            [patch](LoadContext& ctx, const JsonMember& m, T& t) {
              if (auto v = read_jitter_shape(ctx, m.value)) patch(t).shape = *v;
            });
  table.add({"loss", "The probability that a frame is lost.", schema_probability()},
            [patch](LoadContext& ctx, const JsonMember& m, T& t) {
              if (auto v = read_loss(ctx, m.value)) patch(t).loss_ppb = *v;
            });
  table.add({"queue", "Frames that may wait for transmission; more are dropped.",
             schema_whole(1, kLongestQueue)},
            [patch](LoadContext& ctx, const JsonMember& m, T& t) {
              if (auto v = read_whole(ctx, m.value, 1, kLongestQueue)) patch(t).queue = *v;
            });
}

}  // namespace flapjack
