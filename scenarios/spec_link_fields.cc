// SPDX-License-Identifier: Apache-2.0
// The keys that links, their directions and set_link steps share: JSON -> LinkPatch.
#include <tuple>

#include "scenarios/format_tables.h"
#include "scenarios/loss_trace_file.h"

namespace flapjack {
namespace {

using Type = JsonValue::Type;

constexpr std::int64_t kSmallestMtu = 68;  // RFC 791 section 3.2
constexpr std::int64_t kLargestMtu = 65535;
constexpr std::int64_t kLongestCount = 1'000'000'000;

const std::vector<Word>& jitter_shapes() {
  static const std::vector<Word> shapes = {
      {"uniform", "Evenly between delay - jitter and delay + jitter."},
      {"normal", "Normally around the delay, with jitter as the standard deviation."},
      {"exp", "Later than the delay, by jitter on average."}};
  return shapes;
}

const std::vector<Word>& disciplines() {
  static const std::vector<Word> words = {
      {"fifo", "First in, first out; a newcomer to a full queue is dropped."},
      {"head_drop", "First in, first out; of a full queue the oldest is dropped."},
      {"priority", "The highest packet priority first; of the lowest the newest is dropped."},
      {"dscp", "The highest DSCP class first; of the lowest the newest is dropped."}};
  return words;
}

Parsed<std::int64_t> parse_link_mtu(std::string_view text) {
  const Parsed<std::int64_t> bytes = parse_size(text);
  if (bytes.ok() && (bytes.value() < kSmallestMtu || bytes.value() > kLargestMtu)) {
    return UnitError{"F0207", "an MTU is 68B to 65535B", {}, {}};
  }
  return bytes;
}

void bind_distribution(LoadContext& ctx, const JsonMember& m, LinkPatch& patch) {
  if (!expect_type(ctx, m.value, Type::String, "normal")) return;
  const std::vector<Word>& shapes = jitter_shapes();
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (m.value.text != shapes[i].name) continue;
    patch.shape = static_cast<JitterShape>(i);
    patch.shape_place = ctx.place(m.value.span);
    return;
  }
  if (auto v = read_quantity(ctx, m.value, &parse_distribution, "exp(2ms)")) patch.spread = *v;
}

void bind_loss(LoadContext& ctx, const FormatTables& tables, const JsonMember& m,
               LinkPatch& patch) {
  LossSpec loss;
  if (!m.value.is(Type::Object)) {
    const auto ppb = read_quantity(ctx, m.value, &parse_probability, "1%");
    if (!ppb) return;
    loss.random_ppb = *ppb;
  } else {
    tables.loss.bind(ctx, m.value, loss);
  }
  patch.loss = std::move(loss);
}

void bind_correlation(LoadContext& ctx, const FormatTables& tables, const JsonMember& m,
                      LinkPatch& patch) {
  CorrelationSpec correlation;
  if (!m.value.is(Type::Object)) {
    const auto ppb = read_quantity(ctx, m.value, &parse_probability, "25%");
    if (!ppb) return;
    correlation.loss_ppb = correlation.delay_ppb = *ppb;
  } else {
    tables.correlation.bind(ctx, m.value, correlation);
  }
  patch.correlation = correlation;
  patch.correlation_place = ctx.place(m.value.span);
}

void bind_reorder(LoadContext& ctx, const FormatTables& tables, const JsonMember& m,
                  LinkPatch& patch) {
  ReorderSpec reorder;
  if (!m.value.is(Type::Object)) {
    const auto ppb = read_quantity(ctx, m.value, &parse_probability, "1%");
    if (!ppb) return;
    reorder.share_ppb = *ppb;
  } else {
    tables.reorder.bind(ctx, m.value, reorder);
  }
  patch.reorder = reorder;
  if (reorder.share_ppb != 0) patch.reorder_place = ctx.place(m.value.span);
}

void bind_queue(LoadContext& ctx, const FormatTables& tables, const JsonMember& m,
                LinkPatch& patch) {
  if (!m.value.is(Type::Object)) {
    if (auto v = read_whole(ctx, m.value, 1, kLongestQueue)) patch.queue = *v;
    if (patch.queue) patch.queue_place = ctx.place(m.value.span);
    return;
  }
  LinkQueueSpec queue;
  tables.link_queue.bind(ctx, m.value, queue);
  if (queue.limit) {
    patch.queue = queue.limit;
    patch.queue_place = ctx.place(m.value.span);
  }
  if (!queue.discipline) return;
  patch.discipline = queue.discipline;
  if (*queue.discipline != QueueDiscipline::Fifo) {
    patch.discipline_place = ctx.place(m.value.span);
  }
}

std::string schema_word_or(const std::string& other, const std::vector<Word>& words) {
  return schema_any_of({schema_enum(words), other});
}

void check_loss(LoadContext& ctx, const FormatTables& tables, const JsonValue& v) {
  const auto models = tables.loss.selectors_in(v);
  if (models.size() > 1) {
    ctx.error("F0102", models[1]->key_span,
              "a loss is of one kind, found " + in_quotes(models[0]->key) + " and " +
                  in_quotes(models[1]->key));
  } else if (v.members.empty()) {
    ctx.error("F0102", v.span, "this loss does not say what it is",
              "one of: gilbert_elliott, every, trace; or \"1%\"");
  }
}

// A channel that begins good, stays so and loses nothing then; or one that loses nothing at all.
void check_channel(LoadContext& ctx, const JsonValue& v) {
  const auto is_zero = [&v](std::string_view key) {
    const JsonMember* m = v.find(key);
    if (m == nullptr || !m->value.is(JsonValue::Type::String)) return false;
    const auto share = parse_probability(m->value.text);
    return share.ok() && share.value() == 0;
  };
  if (v.find("good") != nullptr && !is_zero("good")) return;
  if (is_zero("bad")) {
    ctx.error("F0111", v.find("bad")->value.span, "a channel that is good when bad loses nothing",
              "raise \"bad\", or leave it out: in the bad state all is lost");
    return;
  }
  if (!is_zero("enter")) return;
  ctx.error("F0111", v.find("enter")->value.span, "a channel that never turns bad loses nothing",
            "raise \"enter\", or write \"good\": what is lost in the good state");
}

}  // namespace

void FormatTables::build_loss() {
  FieldInfo ge{"gilbert_elliott", "In bursts: a channel that is good or bad.",
               schema_ref(gilbert_elliott.name())};
  ge.selector = true;
  loss.add(std::move(ge), [this](LoadContext& ctx, const JsonMember& m, LossSpec& l) {
    gilbert_elliott.bind(ctx, m.value, l.gilbert_elliott.emplace());
  });
  FieldInfo every{"every", "Each frame whose number divides by this.",
                  schema_whole(1, kLongestCount)};
  every.selector = true;
  loss.add(std::move(every), [](LoadContext& ctx, const JsonMember& m, LossSpec& l) {
    if (auto v = read_whole(ctx, m.value, 1, kLongestCount)) l.every = *v;
  });
  FieldInfo trace{"trace", "As a file says, which is looked for beside the scenario.",
                  schema_string()};
  trace.selector = true;
  loss.add(std::move(trace), [](LoadContext& ctx, const JsonMember& m, LossSpec& l) {
    l.trace = read_loss_trace(ctx, m.value);
  });
  loss.check([this](LoadContext& ctx, const JsonValue& v, LossSpec&) {
    check_loss(ctx, *this, v);
  });
  gilbert_elliott.check([](LoadContext& ctx, const JsonValue& v, GilbertElliott&) {
    check_channel(ctx, v);
  });
  const auto share = [this](std::string key, std::string doc, bool required,
                            std::string default_json, std::uint64_t GilbertElliott::*member) {
    gilbert_elliott.quantity({std::move(key), std::move(doc), schema_probability(), required,
                              false, std::move(default_json)},
                             &parse_probability, "1%", member);
  };
  share("enter", "From good to bad, a frame.", true, "", &GilbertElliott::enter_ppb);
  share("leave", "From bad to good, a frame.", true, "", &GilbertElliott::leave_ppb);
  share("bad", "Lost in the bad state.", false, "\"100%\"", &GilbertElliott::bad_ppb);
  share("good", "Lost in the good state.", false, "\"0%\"", &GilbertElliott::good_ppb);
}

void FormatTables::build_link_parts() {
  build_loss();
  correlation.quantity({"loss", "A frame meets the loss draw of the one before.",
                        schema_probability(), false, false, "\"0%\""},
                       &parse_probability, "25%", &CorrelationSpec::loss_ppb);
  correlation.quantity({"delay", "A frame has the jitter of the one before.",
                        schema_probability(), false, false, "\"0%\""},
                       &parse_probability, "25%", &CorrelationSpec::delay_ppb);
  reorder.quantity({"share", "The probability that a frame overtakes.", schema_probability(),
                    false, false, "\"100%\""},
                   &parse_probability, "1%", &ReorderSpec::share_ppb);
  reorder.whole("gap", "One frame less than this goes in order before one may overtake.", 1,
                kLongestCount, &ReorderSpec::gap, "1");
  reorder.quantity({"by", "How much earlier it arrives; without it, by its whole delay.",
                    schema_duration()},
                   &parse_positive_duration, "2ms", &ReorderSpec::by);
  link_queue.whole("limit", "Frames that may wait.", 1, kLongestQueue, &LinkQueueSpec::limit);
  link_queue.add({"discipline", "Which frame is sent, and which dropped.",
                  schema_enum(disciplines()), false, false, "\"fifo\""},
                 [](LoadContext& ctx, const JsonMember& m, LinkQueueSpec& q) {
                   const auto word =
                       read_word(ctx, m.value, "discipline", names_of(disciplines()), {"red"});
                   for (std::size_t i = 0; word && i < disciplines().size(); ++i) {
                     if (*word == disciplines()[i].name) {
                       q.discipline = static_cast<QueueDiscipline>(i);
                     }
                   }
                 });
}

void FormatTables::build_link_fields() {
  using Bind = void (*)(LoadContext&, const FormatTables&, const JsonMember&, LinkPatch&);
  const auto either = [this](std::string key, std::string doc, std::string schema, Bind bind) {
    direction.add({std::move(key), std::move(doc), std::move(schema)},
                  [this, bind](LoadContext& ctx, const JsonMember& m, LinkPatch& p) {
                    bind(ctx, *this, m, p);
                  });
  };
  direction.quantity({"rate", "Bits per second of each direction; without it there is no limit.",
                      schema_rate()},
                     &parse_rate, "10Mbit/s", &LinkPatch::rate_bps);
  direction.quantity({"delay", "How long a frame is on its way, behind its transmission time.",
                      schema_duration()},
                     &parse_duration, "2ms", &LinkPatch::delay);
  direction.quantity({"jitter", "How far the delay of single frames spreads.",
                      schema_duration()},
                     &parse_duration, "1ms", &LinkPatch::jitter);
  direction.add({"distribution",
                 "How jitter spreads around the delay; or, with parameters, what is added to it.",
                 schema_word_or(schema_distribution(), jitter_shapes()), false, false,
                 "\"uniform\""},
                &bind_distribution);
  either("correlation", "How much loss and jitter of a frame depend on those of the one before.",
         schema_any_of({schema_probability(), schema_ref(correlation.name())}),
         &bind_correlation);
  either("loss", "The probability that a frame is lost, or how losses come.",
         schema_any_of({schema_probability(), schema_ref(loss.name())}), &bind_loss);
  direction.quantity({"duplicate", "The probability that a copy of a frame follows it.",
                      schema_probability()},
                     &parse_probability, "0.1%", &LinkPatch::duplicate_ppb);
  either("reorder", "The probability that a frame overtakes others, or how.",
         schema_any_of({schema_probability(), schema_ref(reorder.name())}), &bind_reorder);
  direction.quantity({"corrupt", "The probability that a bit of a frame is flipped.",
                      schema_probability()},
                     &parse_probability, "0.01%", &LinkPatch::corrupt_ppb);
  direction.quantity({"mtu", "Bytes of the largest packet in a frame; others are lost.",
                      schema_size()},
                     &parse_link_mtu, "1400B", &LinkPatch::mtu);
  either("queue", "Frames that may wait for transmission, or how; more are dropped.",
         schema_any_of({schema_whole(1, kLongestQueue), schema_ref(link_queue.name())}),
         &bind_queue);
  direction.check([](LoadContext& ctx, const JsonValue& v, LinkPatch& p) {
    check_jitter(ctx, v, p);
  });
}

void FormatTables::build_device_faults() {
  for (std::size_t i = 0; i < direction.fields().size(); ++i) {
    const FieldInfo& field = direction.fields()[i];
    if (field.key == "rate" || field.key == "queue") continue;  // the link's
    device_direction.add(field, [this, i](LoadContext& ctx, const JsonMember& m, LinkPatch& p) {
      direction.bind_field(i, ctx, m, p);
    });
  }
  device_direction.check([](LoadContext& ctx, const JsonValue& v, LinkPatch& p) {
    check_jitter(ctx, v, p);
    check_device_needs(ctx, p);
  });
  for (const auto& [key, doc, member] :
       {std::tuple{"tx", "Frames that it sends.", &DeviceFaultsDraft::tx},
        std::tuple{"rx", "Frames that it receives.", &DeviceFaultsDraft::rx}}) {
    device_faults.add({key, doc, schema_ref(device_direction.name())},
                      [this, member = member](LoadContext& ctx, const JsonMember& m,
                                              DeviceFaultsDraft& d) {
                        device_direction.bind(ctx, m.value, d.*member);
                      });
  }
}

void check_jitter(LoadContext& ctx, const JsonValue& v, const LinkPatch& patch) {
  const JsonMember* jitter = v.find("jitter");
  if (!patch.spread || jitter == nullptr) return;
  ctx.error("F0108", jitter->key_span,
            "\"jitter\" does not go with a \"distribution\" that has parameters");
}

}  // namespace flapjack
