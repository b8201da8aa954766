// SPDX-License-Identifier: Apache-2.0
#include "scenarios/units.h"

#include <utility>

#include "scenarios/quantity.h"
#include "scenarios/suggest.h"

namespace flapjack {
namespace {

/// What the messages about one kind of quantity say.
struct Kind {
  const char* code;     ///< of a missing or unknown unit
  const char* noun;     ///< "a duration"
  const char* example;  ///< "250ms"
  const char* smallest; ///< "1 ns"
};

constexpr Kind kTime{"F0201", "a duration", "250ms", "1 ns"};
constexpr Kind kRate{"F0203", "a rate", "10Mbit/s", "1 bit/s"};
constexpr Kind kSize{"F0204", "a size", "64B", "1 byte"};
constexpr Kind kProbability{"F0205", "a probability", "0.5%", "a billionth"};

UnitError make_error(std::string code, std::string message, std::string help = {},
                     std::string replacement = {}) {
  return {std::move(code), std::move(message), std::move(help), std::move(replacement)};
}

UnitError not_a(const Kind& kind, std::string_view text) {
  return make_error("F0209", in_quotes(text) + " is not " + kind.noun,
                    std::string("write ") + kind.noun + " like " + in_quotes(kind.example));
}

template <std::size_t N>
UnitError unknown_unit(const Kind& kind, const ScaledUnit (&units)[N], const DecimalText& d,
                       std::string_view text) {
  std::vector<std::string> names;
  for (const ScaledUnit& u : units) names.emplace_back(u.name);
  const std::size_t blanks = d.unit.find_first_not_of(' ');
  if (blanks != 0 && blanks != std::string_view::npos &&
      find_unit(units, d.unit.substr(blanks)) != nullptr) {
    std::string joined(text.substr(0, text.size() - d.unit.size()));
    joined += d.unit.substr(blanks);
    return make_error(kind.code, "no space between number and unit",
                      "write " + in_quotes(joined), joined);
  }
  return make_error(kind.code,
                    std::string("unknown unit ") + in_quotes(d.unit) + " of " + kind.noun,
                    "units are " + join(names, " "));
}

/// The quantity `text` in units of `units`, zero or above.
template <std::size_t N>
Parsed<std::int64_t> quantity(const Kind& kind, const ScaledUnit (&units)[N],
                              std::string_view text) {
  const auto d = split_decimal(text);
  if (!d) return not_a(kind, text);
  const ScaledUnit* unit = find_unit(units, d->unit);
  if (unit == nullptr) return unknown_unit(kind, units, *d, text);
  const Scaled s = scale(*d, unit->factor);
  if (s.error == ScaleError::TooLarge) {
    return make_error("F0207", in_quotes(text) + " is too large");
  }
  if (s.error == ScaleError::TooFine) {
    return make_error("F0207", in_quotes(text) + " is finer than " + kind.smallest);
  }
  if (d->negative && s.value != 0) {
    return make_error("F0207", std::string(kind.noun) + " cannot be negative");
  }
  return s.value;
}

std::string number_part(const DecimalText& d) {
  std::string out(d.whole);
  if (!d.fraction.empty()) out.append(".").append(d.fraction);
  return out;
}

/// "mbps" in any case, with what tc and ns-3 make of it.
const char* bps_prefix(std::string_view unit, const char** bytes, const char** bits) {
  std::string low(unit);
  for (char& c : low) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (low == "bps") return *bytes = "bytes", *bits = "bits", "";
  if (low == "kbps") return *bytes = "kilobytes", *bits = "kilobits", "k";
  if (low == "mbps") return *bytes = "megabytes", *bits = "megabits", "M";
  if (low == "gbps") return *bytes = "gigabytes", *bits = "gigabits", "G";
  return nullptr;
}

bool is_space(char c) { return c == ' ' || c == '\t'; }

}  // namespace

Parsed<Duration> parse_duration(std::string_view text) {
  const auto d = split_decimal(text);
  if (d && d->unit.empty()) {
    const std::string n = number_part(*d);
    if (n == "0") {
      return make_error("F0201", "a duration needs a unit", "write \"0s\"", "0s");
    }
    return make_error("F0201", "a duration needs a unit",
                      "write \"" + n + "ms\" or \"" + n + "s\"");
  }
  if (d && d->unit == "m") {
    const std::string n = number_part(*d);
    return make_error("F0202", in_quotes(text) + " is ambiguous: minutes, or a thousandth?",
                      "write \"" + n + "min\" or \"" + n + "ms\"");
  }
  if (d && (d->unit == "µs" || d->unit == "μs")) {
    const std::string n = number_part(*d) + "us";
    return make_error("F0201", "unknown unit " + in_quotes(d->unit) + " of a duration",
                      "write " + in_quotes(n), n);
  }
  const Parsed<std::int64_t> ns = quantity(kTime, kTimeUnits, text);
  if (!ns.ok()) return ns.error();
  if (ns.value() > kLongestDuration.ns) {
    return make_error("F0207", in_quotes(text) + " is longer than 30 years");
  }
  return Duration{ns.value()};
}

Parsed<std::int64_t> parse_rate(std::string_view text) {
  const auto d = split_decimal(text);
  const char* bytes = nullptr;
  const char* bits = nullptr;
  if (d) {
    const std::string n = number_part(*d);
    if (d->unit.empty()) {
      return make_error("F0203", "a rate needs a unit",
                        "write \"" + n + "kbit/s\" or \"" + n + "Mbit/s\"");
    }
    if (const char* prefix = bps_prefix(d->unit, &bytes, &bits)) {
      return make_error("F0203",
                        in_quotes(text) + " is ambiguous: tc reads it as " + bytes + ", ns-3 as " +
                            bits,
                        "write \"" + n + prefix + "bit/s\" or \"" + n + prefix + "B/s\"");
    }
    const std::string with_second = std::string(d->unit) + "/s";
    if (find_unit(kRateUnits, with_second) != nullptr) {
      return make_error("F0203", "a rate is per second", "write \"" + n + with_second + "\"",
                        n + with_second);
    }
  }
  const Parsed<std::int64_t> rate = quantity(kRate, kRateUnits, text);
  if (rate.ok() && rate.value() == 0) {
    return make_error("F0207", "a rate must be above 0",
                      "leave \"rate\" out for no limit; \"carrier_down\" stops a link");
  }
  return rate;
}

Parsed<std::int64_t> parse_size(std::string_view text) {
  const auto d = split_decimal(text);
  if (d && d->unit.empty()) {
    const std::string n = number_part(*d);
    return make_error("F0204", "a size needs a unit", "write \"" + n + "B\"", n + "B");
  }
  return quantity(kSize, kSizeUnits, text);
}

Parsed<std::int64_t> parse_probability(std::string_view text) {
  const auto d = split_decimal(text);
  if (d && d->unit.empty()) {
    const std::string n = number_part(*d);
    const Scaled as_share = scale(*d, 100);
    if (n == "0.5" || n == ".5") {
      return make_error("F0205", "\"0.5\" is ambiguous: half, or half a percent?",
                        "write \"50%\" or \"0.5%\"");
    }
    std::string help = "write \"" + n + "%\"";
    if (as_share.error == ScaleError::None && as_share.value <= 100 && n != "0") {
      help = "write \"" + std::to_string(as_share.value) + "%\" or \"" + n + "%\"";
    }
    return make_error("F0205", in_quotes(text) + " is ambiguous: a share of one, or a percentage?",
                      help);
  }
  const Parsed<std::int64_t> ppb = quantity(kProbability, kPercentUnits, text);
  if (ppb.ok() && ppb.value() > kPpbOne) {
    return make_error("F0207", in_quotes(text) + " is more than 100%");
  }
  return ppb;
}

Parsed<DurationRange> parse_duration_range(std::string_view text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    const Parsed<Duration> d = parse_duration(text);
    if (!d.ok()) return d.error();
    return DurationRange{d.value(), d.value()};
  }
  const Parsed<Duration> from = parse_duration(text.substr(0, dots));
  if (!from.ok()) return from.error();
  const Parsed<Duration> cap = parse_duration(text.substr(dots + 2));
  if (!cap.ok()) return cap.error();
  if (from.value().ns == 0) {
    return make_error("F0207", "a back-off that doubles cannot begin at 0");
  }
  if (cap.value() < from.value()) {
    return make_error("F0207", "a range goes from the smaller to the larger value");
  }
  return DurationRange{from.value(), cap.value()};
}

std::optional<std::int64_t> normalised_quantity(std::string_view text) {
  const auto d = split_decimal(text);
  if (!d) return std::nullopt;
  const ScaledUnit* unit = find_unit(kPlainUnits, d->unit);
  if (unit == nullptr) unit = find_unit(kTimeUnits, d->unit);
  if (unit == nullptr) unit = find_unit(kSizeUnits, d->unit);
  if (unit == nullptr) unit = find_unit(kRateUnits, d->unit);
  if (unit == nullptr) unit = find_unit(kPercentUnits, d->unit);
  if (unit == nullptr) return std::nullopt;
  const Scaled s = scale(*d, unit->factor);
  if (s.error != ScaleError::None) return std::nullopt;
  return s.value;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace flapjack
