// SPDX-License-Identifier: Apache-2.0
#include "connmgr/conform/conform_trace.h"

#include <algorithm>

#include "stack/base/status.h"

namespace flapjack::conformance {

std::string_view word_name(Word word) {
  constexpr std::string_view kNames[] = {
      "CONNECT",    "DISCONNECT", "IDLE_STOP",    "ADMIN_UP",
      "ADMIN_DOWN", "ASSOC_OK",   "ASSOC_FAIL",   "LOSS",
      "TECH_RETRY", "ERROR",      "CFG_SET",      "CFG_BAD",
      "persistent", "timeout",    "idle_timeout", "no_auto",
      "flip",       "options",    "ret",          "START",
      "STOP",       "OPER_UP",    "OPER_DOWN",    "TIMEOUT",
      "FATAL",      "IP+",        "IP-",          "NO_CONFIGURATION",
      "RULE"};
  return kNames[static_cast<std::size_t>(word)];
}

std::string_view bench_fault_text(int fault) {
  switch (static_cast<BenchFault>(fault)) {
    case BenchFault::Blocked:
      return "a call took time";
    case BenchFault::DecoyTouched:
      return "an iface that is not bound was changed";
    case BenchFault::NotDown:
      return "the iface is up after init";
    case BenchFault::FlagsChanged:
      return "a flag or the timeout is not what the application set";
    case BenchFault::OptionCode:
      return "an unknown option is not refused with ENOPROTOOPT and length 0";
    case BenchFault::OptionSize:
      return "a wrong size is not refused with ENOBUFS and length 0";
    case BenchFault::UnboundConnects:
      return "connect of an iface that is not bound is not ENOTSUP";
    case BenchFault::OptionShared:
      return "an option that is written on one iface changes on another";
    case BenchFault::OptionState:
      return "an option that could be used after init cannot in this state";
    case BenchFault::OptionLost:
      return "an option is not what the application set before CONNECT";
    case BenchFault::OptionRoom:
      return "an option does not fit into as many bytes as it has";
    case BenchFault::Runaway:
      return "calls without end";
  }
  return "?";
}

namespace {

std::string_view flip_text(int way) {
  constexpr std::string_view kWays[] = {"carrier, dormancy and admin state away and back",
                                        "not dormant", "dormant", "carrier off", "admin-down"};
  return kWays[static_cast<std::size_t>(way)];
}

std::string_view use_text(int use) {
  constexpr std::string_view kUses[] = {"written back as read", "each set to another value",
                                        "compared with what was set"};
  return kUses[static_cast<std::size_t>(use)];
}

}  // namespace

std::string setting_text(const Plan& plan, Duration grace) {
  std::string text = plan.persistent ? "persistent" : "not persistent";
  text += plan.timeout_s > 0 ? ", timeout " + std::to_string(plan.timeout_s) + "s" : ", no timeout";
  text += plan.configured ? ", configured" : ", not configured";
  text += grace > Duration{} ? ", grace " + to_text(grace) : ", no grace";
  if (plan.own) text += ", above its own technology";
  if (plan.ifaces > 1) text += ", " + std::to_string(plan.ifaces) + " ifaces";
  if (plan.reaction.on == Word::Ret) return text;
  return text + ", " + std::string(word_name(plan.reaction.call)) + " from within the call of " +
         std::string(word_name(plan.reaction.on));
}

std::string line_text(const Line& line) {
  std::string text = to_text(SimTime{} + line.at) + (line.input() ? "  " : "      -> ");
  text += word_name(line.word);
  if (line.iface != 0) text += "[" + std::to_string(line.iface) + "]";
  if (line.word == Word::Fault) return text + ": " + std::string(bench_fault_text(line.value));
  if (line.word == Word::Flip) return text + ": " + std::string(flip_text(line.value));
  if (line.word == Word::Options) return text + ": " + std::string(use_text(line.value));
  const bool named = line.word == Word::Ret && line.value < 0;
  if (named) text += " " + std::string(errc_name(static_cast<Errc>(-line.value)));
  const bool valued = line.word == Word::Persistent || line.word == Word::Timeout_ ||
                      line.word == Word::IdleTimeout_ || line.word == Word::NoAuto ||
                      line.word == Word::Ret || line.value != 0;
  return valued ? text + " " + std::to_string(line.value) : text;
}

std::string Trace::fault_text(BenchFault fault) const {
  const auto it = std::find_if(remarks.begin(), remarks.end(),
                               [&](const Remark& r) { return r.fault == fault && !r.got.empty(); });
  std::string text(bench_fault_text(static_cast<int>(fault)));
  return it == remarks.end() ? text : text + ": " + it->got;
}

int Trace::count(Word word, Duration from, Duration to, int iface) const {
  return static_cast<int>(std::count_if(lines.begin(), lines.end(), [&](const Line& l) {
    return l.word == word && l.iface == iface && l.at >= from && l.at < to;
  }));
}

const Line* Trace::first(Word word, Duration from, int iface) const {
  const auto it = std::find_if(lines.begin(), lines.end(), [&](const Line& l) {
    return l.word == word && l.iface == iface && l.at >= from;
  });
  return it == lines.end() ? nullptr : &*it;
}

Trace Trace::after(Word word, Duration at) const {
  const auto it = std::find_if(lines.begin(), lines.end(),
                               [&](const Line& l) { return l.word == word && l.at == at; });
  Trace rest;
  rest.up_at_end = up_at_end;
  rest.until = until;
  if (it != lines.end()) rest.lines.assign(it + 1, lines.end());
  return rest;
}

std::vector<Line> Trace::only(std::initializer_list<Word> which, int iface) const {
  std::vector<Line> out;
  for (const Line& line : lines) {
    const bool wanted = std::find(which.begin(), which.end(), line.word) != which.end();
    if (!wanted || line.iface != iface) continue;
    out.push_back(line);
    out.back().iface = 0;
  }
  return out;
}

}  // namespace flapjack::conformance
