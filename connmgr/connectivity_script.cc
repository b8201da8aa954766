// SPDX-License-Identifier: Apache-2.0
#include "connmgr/connectivity_script.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "stack/base/errc_names.h"
#include "stack/base/status.h"

namespace flapjack {
namespace {

template <class T>
struct Named {
  std::string_view name;
  T value;
};
constexpr std::array<Named<ScriptTrigger>, 7> kTriggers = {{
    {"init", ScriptTrigger::Init},
    {"connect", ScriptTrigger::Connect},
    {"disconnect", ScriptTrigger::Disconnect},
    {"lost", ScriptTrigger::Lost},
    {"found", ScriptTrigger::Found},
    {"set_option", ScriptTrigger::SetOption},
    {"get_option", ScriptTrigger::GetOption},
}};
constexpr std::array<Named<ScriptAction>, 7> kActions = {{
    {"up", ScriptAction::Up},
    {"down", ScriptAction::Down},
    {"carrier_on", ScriptAction::CarrierOn},
    {"carrier_off", ScriptAction::CarrierOff},
    {"timeout", ScriptAction::Timeout},
    {"fatal", ScriptAction::Fatal},
    {"return", ScriptAction::Return},
}};
constexpr std::array<Named<Duration>, 6> kUnits = {{
    {"ns", nanoseconds(1)},
    {"us", microseconds(1)},
    {"ms", milliseconds(1)},
    {"s", seconds(1)},
    {"min", seconds(60)},
    {"h", seconds(3600)},
}};
constexpr Duration kDelayMax = seconds(366 * 24 * 3600);
constexpr int kCodeMax = 65535;

template <class T, std::size_t N>
std::optional<T> find(const std::array<Named<T>, N>& table, std::string_view name) {
  const auto it = std::find_if(table.begin(), table.end(),
                               [&](const Named<T>& row) { return row.name == name; });
  if (it == table.end()) return std::nullopt;
  return it->value;
}

template <class T, std::size_t N>
std::string_view name_of(const std::array<Named<T>, N>& table, T value) {
  const auto it = std::find_if(table.begin(), table.end(),
                               [&](const Named<T>& row) { return row.value == value; });
  return it == table.end() ? "?" : it->name;
}

template <class T, std::size_t N>
std::vector<std::string> names_of(const std::array<Named<T>, N>& table) {
  std::vector<std::string> names;
  for (const Named<T>& row : table) names.emplace_back(row.name);
  return names;
}

template <class T, std::size_t N>
std::string one_of(const std::array<Named<T>, N>& table) {
  std::string text;
  for (const Named<T>& row : table) text += (text.empty() ? "" : ", ") + std::string(row.name);
  return text;
}

// The errors as a call returns them.
std::vector<std::string> codes() {
  std::vector<std::string> names = errc_names();
  for (std::string& name : names) name.insert(0, 1, '-');
  return names;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A word of the entry and where it stands.
struct Word {
  std::string_view text;
  std::size_t offset = 0;
  Word from(std::size_t at) const { return {text.substr(at), offset + at}; }
  Word first(std::size_t count) const { return {text.substr(0, count), offset}; }
};

class Parser {
 public:
  Parser(std::string_view text, ScriptError& error) : text_(text), error_(error) {}

  std::optional<ScriptEntry> parse() {
    ScriptEntry entry;
    const bool good = trigger(entry) && delay(entry) && action(entry) && end();
    if (!good) return std::nullopt;
    return entry;
  }

 private:
  Word next() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != ' ') ++at_;
    return {text_.substr(from, at_ - from), from};
  }
  bool fail(const Word& wrong, std::string message, std::vector<std::string> known = {}) {
    error_ = {wrong.offset, std::move(message), wrong.text.size(), std::move(known)};
    return false;
  }

  bool trigger(ScriptEntry& entry) {
    const Word word = next();
    const auto found = find(kTriggers, word.text);
    if (!found) return fail(word, "expected a trigger: " + one_of(kTriggers), names_of(kTriggers));
    entry.trigger = *found;
    return true;
  }

  // The next word if it starts as a number does; its absence is no delay.
  bool delay(ScriptEntry& entry) {
    const std::size_t before = at_;
    const Word word = next();
    const std::size_t sign = word.text.starts_with('-') || word.text.starts_with('+') ? 1 : 0;
    const std::size_t point = word.text.substr(sign).starts_with('.') ? 1 : 0;
    const std::string_view number = word.text.substr(sign + point);
    if (number.empty() || !is_digit(number.front())) {
      at_ = before;
      return true;
    }
    if (word.text.front() == '-') return fail(word, "a delay cannot be negative");
    if (sign != 0) return fail(word.first(sign), "a delay has no sign");
    delay_ = word;
    return duration(word, entry.delay);
  }

  bool duration(const Word& word, Duration& out) {
    const auto not_number = [](char c) { return !is_digit(c) && c != '.'; };
    const auto split = std::find_if(word.text.begin(), word.text.end(), not_number);
    const std::size_t digits = static_cast<std::size_t>(split - word.text.begin());
    const auto unit = find(kUnits, word.text.substr(digits));
    if (!unit) return fail(word.from(digits), "expected a unit: " + one_of(kUnits));
    std::int64_t scale = unit->ns, total = 0;
    bool fraction = false;
    for (std::size_t i = 0; i < digits; ++i) {
      const char c = word.text[i];
      if (c == '.') {
        const bool good = !fraction && i > 0 && i + 1 < digits;
        if (!good) return fail(word.from(i).first(1), "expected digits");
        fraction = true;
        continue;
      }
      if (fraction && scale % 10 != 0) return fail(word.from(i), "finer than 1ns");
      if (fraction) scale /= 10;
      total = fraction ? total + (c - '0') * scale : total * 10 + (c - '0') * scale;
      if (total > kDelayMax.ns) return fail(word, "more than a year");
    }
    out = {total};
    return true;
  }

  bool action(ScriptEntry& entry) {
    const Word word = next();
    const std::size_t equals = word.text.find('=');
    const Word name = word.first(equals);
    const auto found = find(kActions, name.text);
    if (!found) return fail(name, "expected an action: " + one_of(kActions), names_of(kActions));
    entry.action = *found;
    const bool is_return = *found == ScriptAction::Return;
    if (is_return && delay_) return fail(*delay_, "a call returns at once: no delay");
    const bool is_call =
        entry.trigger != ScriptTrigger::Lost && entry.trigger != ScriptTrigger::Found;
    if (is_return && (entry.trigger == ScriptTrigger::Init || !is_call)) {
      return fail(word, std::string(script_trigger_name(entry.trigger)) + " returns nothing");
    }
    if (equals == std::string_view::npos) {
      return !is_return || fail(word.from(word.text.size()), "expected \"=\" and a code");
    }
    const Word value = word.from(equals + 1);
    if (is_return) return code(value, entry);
    if (*found == ScriptAction::Fatal) return number(value, entry);
    return fail(word.from(equals), "only fatal and return have a value");
  }

  bool number(const Word& word, ScriptEntry& entry) {
    int value = 0;
    const char* const last = word.text.data() + word.text.size();
    const auto [end, status] = std::from_chars(word.text.data(), last, value);
    const bool good = status == std::errc() && end == last && !word.text.empty();
    if (!good || value > kCodeMax || value < -kCodeMax) {
      return fail(word, "expected a number from -65535 to 65535");
    }
    entry.value = value;
    return true;
  }

  bool code(const Word& word, ScriptEntry& entry) {
    const bool negative = !word.text.empty() && word.text.front() == '-';
    const std::string_view name = word.text.substr(negative ? 1 : 0);
    if (name.empty() || is_digit(name.front())) return number(word, entry);
    const Errc found = errc_from_name(name);
    if (found == Errc::Ok) return fail(word, "expected 0, a number or an error name", codes());
    if (!negative) return fail(word, "errors are negative: -" + std::string(name));
    entry.value = -static_cast<int>(found);
    return true;
  }

  bool end() {
    const Word word = next();
    return word.text.empty() || fail(word, "expected the end of the entry");
  }

  std::string_view text_;
  ScriptError& error_;
  std::size_t at_ = 0;
  std::optional<Word> delay_;
};

}  // namespace

std::string_view script_trigger_name(ScriptTrigger trigger) {
  return name_of(kTriggers, trigger);
}
std::string_view script_action_name(ScriptAction action) {
  return name_of(kActions, action);
}

std::optional<ScriptEntry> parse_script_entry(std::string_view text, ScriptError& error) {
  return Parser(text, error).parse();
}

}  // namespace flapjack
