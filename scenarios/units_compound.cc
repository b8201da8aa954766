// SPDX-License-Identifier: Apache-2.0
// Quantities made of quantities: distributions, margins and bounds.
#include <limits>
#include <utility>

#include "scenarios/quantity.h"
#include "scenarios/suggest.h"
#include "scenarios/units.h"

namespace flapjack {
namespace {

enum class Parameter { Time, Shape };

/// One distribution's name and what it takes; Choice takes any number of times.
struct Shape {
  DistributionKind kind;
  const char* name;
  std::size_t parameters;
  Parameter second;
  const char* example;
};

constexpr Shape kShapes[] = {
    {DistributionKind::Fixed, "fixed", 1, Parameter::Time, "fixed(2s)"},
    {DistributionKind::Uniform, "uniform", 2, Parameter::Time, "uniform(1s, 3s)"},
    {DistributionKind::Normal, "normal", 2, Parameter::Time, "normal(1.2s, 300ms)"},
    {DistributionKind::Exp, "exp", 1, Parameter::Time, "exp(2s)"},
    {DistributionKind::Lognormal, "lognormal", 2, Parameter::Shape, "lognormal(4s, 0.6)"},
    {DistributionKind::Pareto, "pareto", 2, Parameter::Shape, "pareto(1s, 1.5)"},
    {DistributionKind::Choice, "choice", 0, Parameter::Time, "choice(1s, 2s, 9s)"},
};

struct Operator {
  const char* text;
  Comparison op;
};

// Longer ones first, so that ">=" is not taken for ">".
constexpr Operator kOperators[] = {
    {"==", Comparison::Equal},     {"!=", Comparison::NotEqual},
    {"<=", Comparison::LessEqual}, {">=", Comparison::GreaterEqual},
    {"<", Comparison::Less},       {">", Comparison::Greater},
};

UnitError bad(const char* code, std::string message, std::string help) {
  return {code, std::move(message), std::move(help), {}};
}

std::vector<std::string_view> split_arguments(std::string_view text) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t comma = text.find(',');
    out.push_back(trimmed(text.substr(0, comma)));
    if (comma == std::string_view::npos) return out;
    text.remove_prefix(comma + 1);
  }
}

/// A bare number above zero, in parts per billion.
Parsed<std::int64_t> parse_shape(const Shape& shape, std::string_view text) {
  const auto d = split_decimal(text);
  const Scaled s = d ? scale(*d, kPpbOne) : Scaled{};
  if (!d || !d->unit.empty() || s.error != ScaleError::None || s.value <= 0) {
    return bad("F0206", in_quotes(text) + " is not a number above 0 without a unit",
               std::string("write ") + in_quotes(shape.example));
  }
  return s.value;
}

Parsed<DistributionSpec> read_arguments(const Shape& shape,
                                        const std::vector<std::string_view>& arguments) {
  DistributionSpec d;
  d.kind = shape.kind;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i == 1 && shape.second == Parameter::Shape) {
      const Parsed<std::int64_t> ppb = parse_shape(shape, arguments[i]);
      if (!ppb.ok()) return ppb.error();
      d.shape_ppb = ppb.value();
      continue;
    }
    const Parsed<Duration> time = parse_duration(arguments[i]);
    if (!time.ok()) return time.error();
    if (shape.kind == DistributionKind::Choice) {
      d.choices.push_back(time.value());
    } else {
      (i == 0 ? d.a : d.b) = time.value();
    }
  }
  if (shape.kind == DistributionKind::Uniform && d.b < d.a) {
    return bad("F0206", "uniform() goes from the smaller to the larger value",
               std::string("write ") + in_quotes(shape.example));
  }
  return d;
}

UnitError unknown_distribution(std::string_view name) {
  std::vector<std::string> names;
  for (const Shape& s : kShapes) names.emplace_back(s.name);
  std::string help = suggestion_help(name, names);
  if (help.empty()) help = "known: " + join(names);
  return bad("F0206", "unknown distribution " + in_quotes(name), help);
}

/// The bytes of "+-" or "±" in `text`, if there.
std::optional<std::pair<std::size_t, std::size_t>> find_plus_minus(std::string_view text) {
  for (std::string_view sign : {std::string_view("+-"), std::string_view("±")}) {
    const std::size_t at = text.find(sign);
    if (at != std::string_view::npos) return std::make_pair(at, sign.size());
  }
  return std::nullopt;
}

struct AnyQuantity {
  std::int64_t value = 0;
  BoundUnit unit = BoundUnit::Count;
};

/// A whole number, or a quantity of whichever kind its unit says.
Parsed<AnyQuantity> parse_any(std::string_view text) {
  const auto d = split_decimal(text);
  if (!d) {
    return bad("F0208", in_quotes(text) + " is not a number",
               "write a bound like \">= 95%\", \"== 0\" or \"<= 15s\"");
  }
  const auto as = [](const Parsed<std::int64_t>& v, BoundUnit unit) -> Parsed<AnyQuantity> {
    if (!v.ok()) return v.error();
    return AnyQuantity{v.value(), unit};
  };
  if (d->unit.empty()) {
    const Scaled s = scale(*d, 1);
    if (s.error != ScaleError::None || d->negative) {
      return bad("F0208", in_quotes(text) + " is not a whole number", "");
    }
    return AnyQuantity{s.value, BoundUnit::Count};
  }
  if (d->unit == "%") return as(parse_probability(text), BoundUnit::Percent);
  if (find_unit(kRateUnits, d->unit) != nullptr) return as(parse_rate(text), BoundUnit::Rate);
  if (find_unit(kSizeUnits, d->unit) != nullptr) return as(parse_size(text), BoundUnit::Size);
  // no unit has such characters: it is more than a number, or another way to write one
  if (d->unit.find_first_of("0123456789<>=!.") != std::string_view::npos) {
    return bad("F0208", in_quotes(text) + " is not one number",
               "write a bound like \">= 95%\", \"== 0\" or \"3 +- 1\"");
  }
  const Parsed<Duration> time = parse_duration(text);
  if (!time.ok()) return time.error();
  return AnyQuantity{time.value().ns, BoundUnit::Time};
}

std::string decimal_text(std::int64_t value, std::int64_t factor) {
  std::string out = std::to_string(value / factor);
  std::string fraction = std::to_string(factor + value % factor).substr(1);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  return fraction.empty() || value % factor == 0 ? out : out + "." + fraction;
}

std::string amount_text(std::int64_t value, BoundUnit unit) {
  switch (unit) {
    case BoundUnit::Count: return std::to_string(value);
    case BoundUnit::Percent: return decimal_text(value, kPpbOne / 100) + "%";
    case BoundUnit::Time: return to_text(Duration{value});
    case BoundUnit::Rate: return std::to_string(value) + "bit/s";
    case BoundUnit::Size: return std::to_string(value) + "B";
  }
  return "?";
}

}  // namespace

Parsed<DistributionSpec> parse_distribution(std::string_view text) {
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos) {
    if (!split_decimal(text)) {
      for (const Shape& s : kShapes) {
        if (text == s.name) {
          return bad("F0206", in_quotes(text) + " needs its parameters",
                     std::string("write ") + in_quotes(s.example));
        }
      }
      return unknown_distribution(text);
    }
    const Parsed<Duration> d = parse_duration(text);
    if (!d.ok()) return d.error();
    return DistributionSpec::fixed(d.value());
  }
  const std::string_view name = trimmed(text.substr(0, open));
  const Shape* shape = nullptr;
  for (const Shape& s : kShapes) {
    if (name == s.name) shape = &s;
  }
  if (shape == nullptr) return unknown_distribution(name);
  const std::string write = std::string("write ") + in_quotes(shape->example);
  if (text.back() != ')') return bad("F0206", "the closing \")\" is missing", write);
  const auto arguments = split_arguments(text.substr(open + 1, text.size() - open - 2));
  if (shape->parameters != 0 && arguments.size() != shape->parameters) {
    const std::string count = std::to_string(shape->parameters);
    return bad("F0206", std::string(name) + "() takes " + count +
                            (shape->parameters == 1 ? " parameter" : " parameters"), write);
  }
  return read_arguments(*shape, arguments);
}

Parsed<TimeMargin> parse_time_margin(std::string_view text) {
  const auto sign = find_plus_minus(text);
  const Parsed<Duration> value = parse_duration(trimmed(text.substr(0, sign ? sign->first
                                                                            : text.size())));
  if (!value.ok()) return value.error();
  if (!sign) return TimeMargin{value.value(), {}};
  const Parsed<Duration> margin =
      parse_duration(trimmed(text.substr(sign->first + sign->second)));
  if (!margin.ok()) return margin.error();
  return TimeMargin{value.value(), margin.value()};
}

Parsed<Bound> parse_bound(std::string_view text) {
  Bound bound;
  bool has_operator = false;
  std::string_view rest = trimmed(text);
  for (const Operator& o : kOperators) {
    if (rest.substr(0, std::string_view(o.text).size()) != o.text) continue;
    bound.op = o.op;
    rest = trimmed(rest.substr(std::string_view(o.text).size()));
    has_operator = true;
    break;
  }
  const auto sign = find_plus_minus(rest);
  if (sign && has_operator) {
    return bad("F0208", "a bound has a comparison or a margin, not both",
               "write \"270ms +- 70ms\" or \"<= 340ms\"");
  }
  const Parsed<AnyQuantity> value = parse_any(trimmed(rest.substr(0, sign ? sign->first
                                                                          : rest.size())));
  if (!value.ok()) return value.error();
  bound.value = value.value().value;
  bound.unit = value.value().unit;
  if (!sign) return bound;
  const Parsed<AnyQuantity> margin = parse_any(trimmed(rest.substr(sign->first + sign->second)));
  if (!margin.ok()) return margin.error();
  if (margin.value().unit != bound.unit) {
    return bad("F0208", "value and margin have different units", "write \"270ms +- 70ms\"");
  }
  bound.margin = margin.value().value;
  return bound;
}

bool Bound::holds(std::int64_t measured) const {
  switch (op) {
    case Comparison::Equal:
      return measured >= value - margin &&
             (measured <= value || measured - value <= margin);
    case Comparison::NotEqual: return measured != value;
    case Comparison::Less: return measured < value;
    case Comparison::LessEqual: return measured <= value;
    case Comparison::Greater: return measured > value;
    case Comparison::GreaterEqual: return measured >= value;
  }
  return false;
}

std::string to_text(const DistributionSpec& d) {
  const Shape* shape = &kShapes[0];
  for (const Shape& s : kShapes) {
    if (s.kind == d.kind) shape = &s;
  }
  std::string out = std::string(shape->name) + "(";
  if (d.kind == DistributionKind::Choice) {
    for (std::size_t i = 0; i < d.choices.size(); ++i) {
      out += (i == 0 ? "" : ", ") + to_text(d.choices[i]);
    }
    return out + ")";
  }
  out += to_text(d.a);
  if (shape->parameters == 2) {
    out += ", " + (shape->second == Parameter::Time ? to_text(d.b)
                                                    : decimal_text(d.shape_ppb, kPpbOne));
  }
  return out + ")";
}

std::string to_text(const Bound& b) {
  if (b.margin != 0) return amount_text(b.value, b.unit) + " +- " + amount_text(b.margin, b.unit);
  for (const Operator& o : kOperators) {
    if (o.op == b.op) return std::string(o.text) + " " + amount_text(b.value, b.unit);
  }
  return amount_text(b.value, b.unit);
}

}  // namespace flapjack
