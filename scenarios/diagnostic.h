// SPDX-License-Identifier: Apache-2.0
// Messages about a scenario file: collected in order, at most one per wrong token and 20 in all,
// rendered for people (file:line:column, the line, a caret) or as JSON for editors.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/source.h"

namespace flapjack {

enum class Severity { Error, Warning };

/// A further place that helps to understand a message.
struct DiagnosticNote {
  std::string text;
  std::optional<SourceSpan> span;
};

struct Diagnostic {
  std::string code;  ///< "F0203"; stable over versions
  Severity severity = Severity::Error;
  std::string message;
  SourceSpan span;
  std::string help;  ///< empty: none
  std::vector<DiagnosticNote> notes;
  /// What to put in place of the bytes of `span`; an editor may apply it.
  std::optional<std::string> replacement;
};

/// Collects what a loader finds wrong. Not shared between files.
class DiagnosticSink {
 public:
  static constexpr std::size_t kLimit = 20;

  /// Keeps `d` unless an error on the same bytes is there already or the limit is reached.
  void add(Diagnostic d);
  /// Adds an error about what stands at `place`.
  void error(std::string code, std::string message, const SourcePlace& place,
             std::string help = {}) {
    add({std::move(code), Severity::Error, std::move(message), place.span, std::move(help), {},
         {}});
  }
  bool has_errors() const { return errors_ != 0; }
  /// Errors found, also those behind the limit.
  std::size_t error_count() const { return errors_; }
  const std::vector<Diagnostic>& all() const { return kept_; }
  /// How many were left out because of the limit.
  std::size_t left_out() const { return left_out_; }

 private:
  std::vector<Diagnostic> kept_;
  std::size_t errors_ = 0;
  std::size_t left_out_ = 0;
};

/// One message as people read it: "file:line:col: error: message [code]", the numbered source line,
/// a caret line, "= help: ..." and "= note: ..."; ends in a line end.
std::string render(const SourceFile& file, const Diagnostic& d);
/// All messages in the order of the file, and a last line when some were left out.
std::string render(const SourceFile& file, const DiagnosticSink& sink);
/// {"format":1,"file":...,"diagnostics":[...]}: byte spans, line, column, help, notes, replacement.
std::string render_json(const SourceFile& file, const DiagnosticSink& sink);

}  // namespace flapjack
