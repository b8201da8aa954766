// SPDX-License-Identifier: Apache-2.0
#include "tools/views/run_view.h"

#include "tools/views/json_view.h"
#include "tools/views/ndjson_view.h"
#include "tools/views/pcap_view.h"
#include "tools/views/text_view.h"

namespace flapjack {
namespace {

std::unique_ptr<RunView> make_teller(const CliOptions& options) {
  switch (options.format) {
    case Format::Junit:  // of `conform` alone
    case Format::Human:
      return std::make_unique<TextView>(options);
    case Format::Json:
      return std::make_unique<JsonView>();
    case Format::Ndjson:
      return std::make_unique<NdjsonView>();
  }
  return nullptr;
}

}  // namespace

RunViews make_run_views(const CliOptions& options) {
  RunViews views;
  if (options.pcap) {  // first: when it cannot be written, nothing is told
    views.push_back(std::make_unique<PcapView>(*options.pcap,
                                               *PcapScope::parse(options.pcap_scope)));
  }
  views.push_back(make_teller(options));
  return views;
}

}  // namespace flapjack
