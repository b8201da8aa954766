// SPDX-License-Identifier: Apache-2.0
#include "tools/views/run_view.h"

#include "tools/views/json_view.h"
#include "tools/views/ndjson_view.h"
#include "tools/views/text_view.h"

namespace flapjack {

std::unique_ptr<RunView> make_run_view(const CliOptions& options) {
  switch (options.format) {
    case Format::Human:
      return std::make_unique<TextView>(options);
    case Format::Json:
      return std::make_unique<JsonView>();
    case Format::Ndjson:
      return std::make_unique<NdjsonView>();
  }
  return nullptr;
}

}  // namespace flapjack
