// SPDX-License-Identifier: Apache-2.0
// The four calls over all ifaces: who is touched, who is skipped, which error is returned.
#include <gtest/gtest.h>

#include "tests/connmgr/six_ifaces.h"

namespace flapjack::test {
namespace {

class Bulk : public SixIfaces {
 protected:
  std::string admin_up() {
    return names([](const NetIf& i) { return i.is_admin_up(); });
  }
  std::string oper_up() {
    return names([](const NetIf& i) { return i.is_up(); });
  }
  template <class F>
  std::string names(F wanted) {
    std::string out;
    for (const NetIf* iface : all) {
      if (wanted(*iface)) out += (out.empty() ? "" : " ") + std::string(iface->name());
    }
    return out;
  }
};

TEST_F(Bulk, Up) {
  mgr().ignore_iface(a2);
  EXPECT_TRUE(mgr().all_if_up(true).ok());
  EXPECT_EQ(admin_up(), "a1 b ni null none");
  EXPECT_TRUE(mgr().all_if_up(false).ok());
  EXPECT_EQ(admin_up(), "a1 a2 b ni null none");
  EXPECT_EQ(oper_up(), "");
}

TEST_F(Bulk, Down) {
  ASSERT_TRUE(mgr().all_if_up(false).ok());
  mgr().ignore_iface(none);
  EXPECT_TRUE(mgr().all_if_down(true).ok());
  EXPECT_EQ(admin_up(), "none");
  EXPECT_TRUE(mgr().all_if_down(false).ok());
  EXPECT_EQ(admin_up(), "");
}

TEST_F(Bulk, Connect) {
  mgr().ignore_iface(a1);
  mgr().ignore_iface(none);
  EXPECT_TRUE(mgr().all_if_connect(true).ok());
  EXPECT_EQ(admin_up(), "a2 b ni null");
  EXPECT_EQ(oper_up(), "a2 b ni");
  EXPECT_TRUE(mgr().all_if_connect(false).ok());
  EXPECT_EQ(admin_up(), "a1 a2 b ni null none");
  EXPECT_EQ(oper_up(), "a1 a2 b ni");
}

TEST_F(Bulk, Disconnect) {
  ASSERT_TRUE(mgr().all_if_connect(false).ok());
  mgr().ignore_iface(b);
  EXPECT_TRUE(mgr().all_if_disconnect(true).ok());
  EXPECT_EQ(oper_up(), "b");
  EXPECT_EQ(admin_up(), "a1 a2 b ni null none");
  EXPECT_TRUE(mgr().all_if_disconnect(false).ok());
  EXPECT_EQ(oper_up(), "");
  EXPECT_EQ(admin_up(), "a1 a2 b ni null none");
}

TEST_F(Bulk, RepeatedCallsAreNoError) {
  Status (ConnMgr::*const kCalls[])(bool) = {&ConnMgr::all_if_up, &ConnMgr::all_if_connect,
                                             &ConnMgr::all_if_disconnect, &ConnMgr::all_if_down};
  for (const auto call : kCalls) {
    EXPECT_TRUE((mgr().*call)(false).ok());
    EXPECT_TRUE((mgr().*call)(false).ok());
    node.run();
    EXPECT_TRUE((mgr().*call)(false).ok());
  }
}

TEST_F(Bulk, ConnectedIfacesGetConnectAgain) {
  ASSERT_TRUE(mgr().all_if_connect(false).ok());
  ASSERT_TRUE(mgr().all_if_connect(false).ok());
  EXPECT_EQ(calls(a1).first, 2);
}

TEST_F(Bulk, FirstErrorWinsAndNothingStops) {
  node.context(a1).connect_result = Errc::Echild;
  node.context(b).connect_result = Errc::Edom;
  EXPECT_EQ(mgr().all_if_connect(false).code(), Errc::Echild);
  EXPECT_EQ(admin_up(), "a1 a2 b ni null none");
  EXPECT_EQ(oper_up(), "a2 ni");
  a1.dormant_off();
  node.context(a1).disconnect_result = Errc::Eio;
  node.context(ni).disconnect_result = Errc::Ebusy;
  EXPECT_EQ(mgr().all_if_disconnect(false).code(), Errc::Eio);
  EXPECT_EQ(oper_up(), "a1 ni");
}

TEST_F(Bulk, UpErrorOfTheLastBeatsConnectErrorOfTheFirst) {
  node.context(a1).connect_result = Errc::Echild;
  node.l2.refused["none"] = Errc::Eagain;
  EXPECT_EQ(mgr().all_if_connect(false).code(), Errc::Eagain);
  EXPECT_EQ(calls(a1).first, 1);
}

TEST_F(Bulk, FailedUpIsTriedAgainByConnect) {
  node.l2.refused["a1"] = Errc::Eagain;
  EXPECT_EQ(mgr().all_if_connect(false).code(), Errc::Eagain);
  EXPECT_EQ(calls(a1).first, 0);
  std::vector<std::string> lines;
  for (const KeptRecord& r : node.sink.records) {
    if (r.subject == "dev.a1") lines.push_back(r.name + " " + std::string(r.attr("result")));
  }
  EXPECT_EQ(lines, (Names{"up_failed EAGAIN", "connect EAGAIN"}));
}

TEST_F(Bulk, UpAndDownErrors) {
  node.l2.refused["a1"] = Errc::Eagain;
  node.l2.refused["b"] = Errc::Eio;
  EXPECT_EQ(mgr().all_if_up(false).code(), Errc::Eagain);
  EXPECT_EQ(admin_up(), "a2 ni null none");
  node.l2.refused.clear();
  ASSERT_TRUE(mgr().all_if_up(false).ok());
  node.l2.refused["a2"] = Errc::Eio;
  node.l2.refused["null"] = Errc::Eagain;
  EXPECT_EQ(mgr().all_if_down(false).code(), Errc::Eio);
  EXPECT_EQ(admin_up(), "a2 null");
}

class BulkAutomatic : public SixIfaces {
 protected:
  BulkAutomatic() : SixIfaces({}, 0) {}
};

TEST_F(BulkAutomatic, ConnectCallsTwice) {
  ASSERT_TRUE(mgr().all_if_connect(false).ok());
  node.run();
  EXPECT_EQ(calls(a1).first, 2);  // the second pass, then the automatic connect
}

}  // namespace
}  // namespace flapjack::test
