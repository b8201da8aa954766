// SPDX-License-Identifier: Apache-2.0
#include "scenarios/pattern_parser.h"

#include <algorithm>
#include <map>
#include <utility>

#include "scenarios/paths.h"
#include "scenarios/pattern_values.h"

namespace flapjack {
namespace {

constexpr TargetSet kAnyOwner = TargetKind::Node | TargetKind::Iface | TargetKind::App |
                                static_cast<TargetSet>(TargetKind::Service | TargetKind::Agent) |
                                TargetKind::Link;
constexpr std::string_view kEventPrefix = "NET_EVENT_";

struct FlagLetter {
  char letter;
  std::uint8_t bit;
};
constexpr FlagLetter kFlagLetters[] = {
    {'S', tcp_flag::kSyn}, {'A', tcp_flag::kAck}, {'F', tcp_flag::kFin}, {'R', tcp_flag::kRst},
    {'P', tcp_flag::kPsh}, {'U', tcp_flag::kUrg}, {'E', tcp_flag::kEce}, {'C', tcp_flag::kCwr}};
constexpr std::uint8_t kFlagsLookedAt =
    tcp_flag::kSyn | tcp_flag::kAck | tcp_flag::kFin | tcp_flag::kRst;

/// Parses one pattern text; every helper reports its own errors and returns false.
class PatternParser {
 public:
  PatternParser(LoadContext& ctx, const TextSource& source, std::string_view text)
      : ctx_(ctx), source_(source), text_(text), words_(split_words(text)) {}

  std::optional<Pattern> parse();

 private:
  bool parse_event(Pattern& p);
  bool parse_packet(Pattern& p);
  bool check_packet_keys(std::size_t first, const Pattern& p);
  bool parse_node(std::string_view word, std::string& out);
  bool parse_flags(std::string_view word, Pattern& p);
  bool parse_attrs(std::size_t first, const std::vector<std::string>& keys,
                   const std::string& owner, Pattern& p);
  bool parse_attr(std::string_view word, const std::vector<std::string>& keys,
                  const std::string& owner, Pattern& p);
  bool check_values(std::string_view written, PatternAttr& attr, const std::string& owner);
  std::optional<TargetSet> subject_kinds(std::string_view subject);
  std::optional<TargetSet> wildcard_kinds(std::string_view subject);
  bool check_event(std::string_view name, TargetSet kinds, Pattern& p);
  void list_ifaces();
  void list_ends();
  void unknown_event(std::string_view name);
  bool fail(std::string code, std::string_view word, std::string message,
            std::string help = {}) {
    ctx_.error(std::move(code), source_.span(word), std::move(message), std::move(help));
    return false;
  }

  LoadContext& ctx_;
  const TextSource& source_;
  std::string_view text_;
  std::vector<std::string_view> words_;
  std::map<std::string, std::vector<std::string>> values_;  // of keys that only have certain ones
  std::map<std::string, ValueKind> kinds_;                  // of others
};

std::optional<Pattern> PatternParser::parse() {
  Pattern p;
  p.text = std::string(trimmed(text_));
  p.place = ctx_.place(source_.value_span);
  if (words_.size() < 2) {
    fail("F0703", text_, in_quotes(text_) + " is not a pattern",
         "write \"dev L4_CONNECTED\", \"dev.wifi0 IF_UP\" or \"dev > ap UDP\"");
    return std::nullopt;
  }
  const bool good = words_[1] == ">" ? parse_packet(p) : parse_event(p);
  if (!good) return std::nullopt;
  return p;
}

bool PatternParser::parse_event(Pattern& p) {
  p.kind = PatternKind::Event;
  p.subject = std::string(words_[0]);
  p.name = std::string(words_[1]);
  const std::optional<TargetSet> kinds = subject_kinds(words_[0]);
  const bool known = find_word(ctx_.vocabulary.events, words_[1]) != nullptr;
  if (!known) unknown_event(words_[1]);
  if (!kinds || !known) return false;
  return check_event(words_[1], *kinds, p);
}

/// The kinds of things that `subject` may stand for.
std::optional<TargetSet> PatternParser::subject_kinds(std::string_view subject) {
  if (subject.find('*') != std::string_view::npos) return wildcard_kinds(subject);
  const auto ref = resolve_path(ctx_, subject, source_.span(subject), kAnyOwner, "a pattern");
  if (!ref) return std::nullopt;
  return only(ref->kind);
}

std::optional<TargetSet> PatternParser::wildcard_kinds(std::string_view subject) {
  TargetSet kinds = 0;
  for (const std::string& path : all_paths(ctx_.spec, kAnyOwner)) {
    if (!subject_matches(subject, path)) continue;
    if (const auto ref = look_up_path(ctx_, path)) kinds = kinds | ref->kind;
  }
  if (kinds != 0) return kinds;
  if (!ctx_.lacks_nodes()) {
    fail("F0301", subject, "nothing in this scenario is " + in_quotes(subject),
         "\"*\" stands for one whole name, as in \"dev.*\"");
  }
  return std::nullopt;
}

bool PatternParser::check_event(std::string_view name, TargetSet kinds, Pattern& p) {
  TargetSet allowed = 0;
  std::vector<std::string> keys;
  for (const EventWord& e : ctx_.vocabulary.events) {
    if (e.name != name) continue;
    allowed = allowed | static_cast<TargetSet>(e.subjects);
    if ((e.subjects & kinds) == 0) continue;
    for (const std::string& k : e.keys) {
      if (std::find(keys.begin(), keys.end(), k) == keys.end()) keys.push_back(k);
    }
    for (const auto& [key, values] : e.values) {
      values_[key].insert(values_[key].end(), values.begin(), values.end());
    }
    for (const auto& [key, kind] : e.kinds) kinds_[key] = kind;
  }
  const auto has = [&keys](std::string_view key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  if (has("iface")) list_ifaces();
  if (has("end")) list_ends();
  if (has("verb")) values_["verb"] = names_of(ctx_.vocabulary.verbs);
  if ((allowed & kinds) == 0) {
    const std::vector<std::string> fits = all_paths(ctx_.spec, allowed);
    std::string near;
    for (const std::string& f : fits) {
      if (near.empty() && f.rfind(std::string(words_[0]) + ".", 0) == 0) near = f;
      if (near.empty() && std::string(words_[0]).rfind(f + ".", 0) == 0) near = f;
    }
    return fail("F0704", words_[0],
                std::string(name) + " is an event of " + target_set_text(allowed) + ", " +
                    in_quotes(words_[0]) + " is " + target_set_text(kinds),
                near.empty() ? "" : "write \"" + near + " " + std::string(name) + "\"");
  }
  return parse_attrs(2, keys, std::string(name), p);
}

/// Events of a node, and of its agents, blame its ifaces.
void PatternParser::list_ifaces() {
  const std::string_view owner = words_[0].substr(0, words_[0].find('.'));
  for (const NodeSpec& node : ctx_.spec.nodes) {
    if (!subject_matches(owner, node.name)) continue;
    for (const IfaceSpec& iface : node.ifaces) values_["iface"].push_back(iface.name);
  }
}

/// Events of a link name its ends.
void PatternParser::list_ends() {
  std::vector<std::string>& ends = values_["end"];
  for (const LinkSpec& link : ctx_.spec.links) {
    if (!subject_matches(words_[0], link.name)) continue;
    for (const TargetRef& end : link.ends) ends.push_back(end.path());
  }
}

void PatternParser::unknown_event(std::string_view name) {
  std::string help;
  const std::string_view bare = name.substr(0, kEventPrefix.size()) == kEventPrefix
                                    ? name.substr(kEventPrefix.size())
                                    : std::string_view();
  if (!bare.empty() && find_word(ctx_.vocabulary.events, bare) != nullptr) {
    help = "write " + in_quotes(bare);
  } else {
    std::vector<std::string> names;
    for (const EventWord& e : ctx_.vocabulary.events) {
      if (std::find(names.begin(), names.end(), e.name) == names.end()) names.push_back(e.name);
    }
    help = suggestion_help(name, names);
  }
  fail("F0701", name, "unknown event " + in_quotes(name), help);
}

bool PatternParser::parse_packet(Pattern& p) {
  p.kind = PatternKind::Packet;
  if (words_.size() < 4) {
    return fail("F0703", text_, "a packet pattern needs two nodes and a protocol",
                "write \"dev > ap UDP len=64\"");
  }
  const bool from = parse_node(words_[0], p.subject);
  const bool to = parse_node(words_[2], p.to);
  const std::vector<std::string> protocols(std::begin(kPacketProtocols),
                                           std::end(kPacketProtocols));
  p.name = std::string(words_[3]);
  if (std::find(protocols.begin(), protocols.end(), p.name) == protocols.end()) {
    return fail("F0705", words_[3], "unknown protocol " + in_quotes(p.name),
                suggestion_help(p.name, protocols));
  }
  std::size_t next = 4;
  if (words_.size() > 4 && words_[4].find('=') == std::string_view::npos) {
    if (!parse_flags(words_[4], p)) return false;
    next = 5;
  }
  std::vector<std::string> keys = {"len"};
  for (const PacketKeyWord& w : ctx_.vocabulary.packet_keys) {
    keys.push_back(w.name);
    if (!w.values.empty()) values_[w.name] = w.values;
    kinds_[w.name] = w.kind;
  }
  kinds_["len"] = ValueKind::Bytes;
  values_["link"] = names_of(ctx_.spec.links);
  return parse_attrs(next, keys, "a packet", p) && check_packet_keys(next, p) && from && to;
}

/// What such packets never have: `never` would pass for the wrong reason.
bool PatternParser::check_packet_keys(std::size_t first, const Pattern& p) {
  for (std::size_t i = 0; i < p.attrs.size(); ++i) {
    const PatternAttr& attr = p.attrs[i];
    const PacketKeyWord* key = find_word(ctx_.vocabulary.packet_keys, attr.key);
    if (key == nullptr) continue;  // "len"
    const std::string_view word = words_[first + i];
    const auto& of = key->protocols;
    if (!of.empty() && std::find(of.begin(), of.end(), p.name) == of.end()) {
      return fail("F0702", word.substr(0, attr.key.size()),
                  p.name + " has no attribute " + in_quotes(attr.key),
                  in_quotes(attr.key) + " is of " + join(of));
    }
    if (key->most < 0) continue;
    for (const PatternAttr::Value& value : attr.values) {
      const bool number = !value.text.empty() && value.text.size() <= 5 &&
                          value.text.find_first_not_of("0123456789") == std::string::npos;
      if (number && std::stol(value.text) <= key->most) continue;
      return fail("F0706", word, attr.key + " is never " + in_quotes(value.text),
                  "a number from 0 to " + std::to_string(key->most));
    }
  }
  return true;
}

bool PatternParser::parse_node(std::string_view word, std::string& out) {
  out = std::string(word);
  if (word == "*") return true;
  return resolve_path(ctx_, word, source_.span(word), only(TargetKind::Node), "a packet pattern")
      .has_value();
}

bool PatternParser::parse_flags(std::string_view word, Pattern& p) {
  if (p.name != "TCP") {
    return fail("F0703", word, "only TCP has flags", "attributes are written key=value");
  }
  std::uint8_t bits = 0;
  for (char c : word) {
    const auto* f = std::find_if(std::begin(kFlagLetters), std::end(kFlagLetters),
                                 [c](const FlagLetter& l) { return l.letter == c; });
    if (f == std::end(kFlagLetters)) {
      return fail("F0703", word, in_quotes(word) + " are not TCP flags",
                  "letters are S A F R P U E C, as in \"SA\"");
    }
    bits |= f->bit;
  }
  p.tcp_flags = bits;
  p.tcp_flags_mask = static_cast<std::uint8_t>(kFlagsLookedAt | bits);
  return true;
}

bool PatternParser::parse_attrs(std::size_t first, const std::vector<std::string>& keys,
                                const std::string& owner, Pattern& p) {
  bool good = true;
  for (std::size_t i = first; i < words_.size(); ++i) {
    good = parse_attr(words_[i], keys, owner, p) && good;
  }
  return good;
}

/// A value that the key never has would make `never` pass for the wrong reason.
bool PatternParser::check_values(std::string_view written, PatternAttr& attr,
                                 const std::string& owner) {
  const auto known = values_.find(attr.key);
  const auto kind = kinds_.find(attr.key);
  for (PatternAttr::Value& value : attr.values) {
    const std::string_view here = written.substr(0, value.text.size());
    const std::string never = owner + " never has " + attr.key + "=" + value.text;
    if (known != values_.end()) {
      const std::vector<std::string>& all = known->second;
      if (std::find(all.begin(), all.end(), value.text) == all.end()) {
        return fail("F0706", here, never, suggestion_help(value.text, all));
      }
    } else if (kind != kinds_.end()) {
      auto text = value_text(kind->second, here);
      if (!text || (kind->second == ValueKind::Locks && !knows_locks(ctx_, *text))) {
        return fail("F0706", here, never, value_help(kind->second, here));
      }
      value.text = std::move(*text);
    }
    written.remove_prefix(std::min(written.size(), here.size() + 1));  // and the bar
  }
  return true;
}

bool PatternParser::parse_attr(std::string_view word, const std::vector<std::string>& keys,
                               const std::string& owner, Pattern& p) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == word.size()) {
    return fail("F0703", word, "expected key=value, found " + in_quotes(word),
                "write \"iface=wifi0\", \"iface=wifi0|lte0\" or \"iface!=wifi0\"");
  }
  PatternAttr attr;
  attr.negated = word[equals - 1] == '!';
  const std::string_view key = word.substr(0, equals - (attr.negated ? 1 : 0));
  attr.key = std::string(key);
  if (std::find(keys.begin(), keys.end(), attr.key) == keys.end()) {
    const std::string help = keys.empty() ? owner + " has no attributes"
                                          : suggestion_help(key, keys);
    return fail("F0702", word.substr(0, equals), owner + " has no attribute " + in_quotes(key),
                help);
  }
  std::string_view rest = word.substr(equals + 1);
  for (;;) {
    const std::size_t bar = rest.find('|');
    const std::string_view value = rest.substr(0, bar);
    const bool length = p.kind == PatternKind::Packet && attr.key == "len";
    attr.values.push_back({std::string(value), normalised_quantity(value)});
    if (value.empty() || (length && !attr.values.back().number)) {
      return fail("F0703", word, "expected a value, found " + in_quotes(value));
    }
    if (bar == std::string_view::npos) break;
    rest.remove_prefix(bar + 1);
  }
  if (!check_values(word.substr(equals + 1), attr, owner)) return false;
  const bool twice = !attr.negated && std::any_of(p.attrs.begin(), p.attrs.end(), [&](auto& a) {
    return a.key == attr.key && !a.negated;
  });
  if (twice) {
    return fail("F0703", word, in_quotes(key) + " is asked for twice",
                "of several values, write \"" + attr.key + "=a|b\"");
  }
  p.attrs.push_back(std::move(attr));
  return true;
}

bool begins_like_time(std::string_view text) {
  return !text.empty() && ((text[0] >= '0' && text[0] <= '9') || text[0] == '-' ||
                           text[0] == '+');
}

}  // namespace

std::optional<Pattern> read_pattern(LoadContext& ctx, const JsonValue& v) {
  if (!expect_type(ctx, v, JsonValue::Type::String, "dev L4_CONNECTED")) return std::nullopt;
  const TextSource source(v);
  return PatternParser(ctx, source, source.text).parse();
}

std::optional<WindowEdge> read_window_edge(LoadContext& ctx, const JsonValue& v) {
  WindowEdge edge;
  edge.written = ctx.placed(v);
  if (v.is(JsonValue::Type::Number) || begins_like_time(v.text)) {
    const auto time = read_quantity<SimTime>(ctx, v, parse_sim_time, "5s");
    if (!time) return std::nullopt;
    edge.time = *time;
    if (edge.time > ctx.spec.until && ctx.spec.until_place.known()) {
      ctx.error("F0601", v.span,
                "this is " + v.text + " but the run ends at " + to_text(Duration{
                    ctx.spec.until.ns}),
                "raise \"until\" (declared at " + ctx.line_column(ctx.spec.until_place) + ")");
    }
    return edge;
  }
  if (!expect_type(ctx, v, JsonValue::Type::String, "5s")) return std::nullopt;
  const TextSource source(v);
  std::string_view pattern = source.text;
  const std::size_t plus = pattern.rfind(" + ");
  if (plus != std::string_view::npos) {
    const std::string_view delay = trimmed(pattern.substr(plus + 3));
    const Parsed<Duration> parsed = parse_duration(delay);
    if (!parsed.ok()) {
      UnitError e = parsed.error();
      e.replacement.clear();  // it would replace a part of the text, not a whole value
      report(ctx, source.span(delay), e);
      return std::nullopt;
    }
    edge.plus = parsed.value();
    pattern = pattern.substr(0, plus);
  }
  edge.pattern = PatternParser(ctx, source, pattern).parse();
  if (!edge.pattern) return std::nullopt;
  return edge;
}

}  // namespace flapjack
